package io.understudy.repository;

import static io.understudy.repository.Manifests.SITE;
import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.CommitRule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Fault;
import io.understudy.testing.Faults.LoseAcknowledgement;
import io.understudy.testing.Faults.None;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of {@code design.md} for the two claims of a switchover, and every combination of what can fail. */
class PlannedClaimsTest {
    private static final SigningKey KEY = FastSignatures.key();
    private static final EpochClaim BACK = EpochsTest.claim(2, "a");
    private static final EpochClaim FORWARD = EpochsTest.claim(2, "b");

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore main = new InMemoryFilestore(time);
    private final InMemoryFilestore second = new InMemoryFilestore(time);
    private final UUID repository = UUID.randomUUID();
    private Map<String, String> windows = Map.of();
    private Map<InMemoryFilestore, Faults> faults = Map.of();

    @BeforeEach
    void create() {
        Repository both = server(CommitRule.ALL, false);
        both.epochs().claim(EpochsTest.claim(1, "a"), KEY);
        both.commit(Manifests.sample(id(1, 1)), KEY);
    }

    /** @param reversed whether its configuration names the other one first */
    private Repository server(CommitRule rule, boolean reversed) {
        Filestore store = reversed
                ? SeveralInMemory.of(rule, time, windows, second, main)
                : SeveralInMemory.of(rule, time, windows, main, second);
        return Repository.create(store, repository, SITE, TrustedKeys.of(KEY.publicKey()), time.clock());
    }

    /**
     * @param first who claims first; the other one claims after it, and reaches other filestores
     * @param awayFromFirst {@code halfway}: the second one fails when the claim stands in the main one already
     * @param firstSays {@code done}, {@code later} where it has to be repeated, {@code refused}; of the primary also
     *     {@code gives way}
     * @param last who has the epoch when both reach all filestores again
     */
    @ParameterizedTest
    @CsvSource({
        "standby, none,     done,  none,   gives way, standby",
        "standby, none,     done,  main,   later,     standby",
        "standby, none,     done,  second, later,     standby",
        "standby, none,     done,  both,   later,     standby",
        "standby, main,     later, none,   done,      primary",
        "standby, main,     later, main,   later,     primary",
        "standby, main,     later, second, later,     primary",
        "standby, second,   later, none,   done,      primary",
        "standby, second,   later, main,   later,     primary",
        "standby, second,   later, second, later,     primary",
        "standby, both,     later, none,   done,      primary",
        "standby, halfway,  later, none,   gives way, standby",
        "standby, halfway,  later, main,   later,     standby",
        "standby, halfway,  later, second, later,     standby",
        "standby, halfway,  later, both,   later,     standby",
        "primary, none,     done,  none,   refused,   primary",
        "primary, none,     done,  main,   later,     primary",
        "primary, none,     done,  second, later,     primary",
        "primary, none,     done,  both,   later,     primary",
        "primary, main,     later, none,   done,      standby",
        "primary, main,     later, main,   later,     primary",
        "primary, main,     later, second, later,     primary",
        "primary, second,   later, none,   done,      standby",
        "primary, second,   later, main,   later,     primary",
        "primary, second,   later, second, later,     primary",
        "primary, both,     later, none,   done,      standby",
        "primary, halfway,  later, none,   later,     primary",
        "primary, halfway,  later, main,   later,     primary",
        "primary, halfway,  later, second, later,     primary",
        "primary, halfway,  later, both,   later,     primary",
    })
    void oneOfTheTwoGetsTheEpoch(
            String first, String awayFromFirst, String firstSays, String awayFromOther, String otherSays, String last) {
        for (CommitRule rule : CommitRule.values()) {
            clear();
            Contest contest = new Contest(server(rule, false), server(rule, false));
            boolean standby = first.equals("standby");

            cutOff(awayFromFirst);
            assertThat(standby ? contest.standby() : contest.primary()).isEqualTo(firstSays);
            cutOff(awayFromOther);
            assertThat(standby ? contest.primary() : contest.standby()).isEqualTo(otherSays);
            cutOff("none");

            assertThat(contest.settle()).as("%s", rule).isEqualTo(last);
        }
    }

    static Stream<Arguments> combinations() {
        List<Arguments> all = new ArrayList<>();
        List<String> stores = List.of("none", "main", "second", "both", "halfway", "otherway");
        for (boolean reversed : new boolean[] {false, true}) {
            for (String awayFromStandby : stores) {
                for (String awayFromPrimary : stores) {
                    for (String unacknowledged : List.of("none", "main", "second")) {
                        all.add(Arguments.of(reversed, awayFromStandby, awayFromPrimary, unacknowledged));
                    }
                }
            }
        }
        return all.stream();
    }

    /** Also where the two name the filestores in another order, and where a claim arrives unnoticed. */
    @Tag("slow")
    @ParameterizedTest
    @MethodSource("combinations")
    void neverBothGetTheEpochAndAtLastOneDoes(
            boolean standbyReversed, String awayFromStandby, String awayFromPrimary, String unacknowledged) {
        for (boolean standbyFirst : new boolean[] {true, false}) {
            clear();
            Contest contest = new Contest(server(CommitRule.ALL, false), server(CommitRule.ALL, standbyReversed));
            for (int turn = 0; turn < 4; turn++) {
                boolean standby = turn % 2 == 0 == standbyFirst;
                cutOff(standby ? awayFromStandby : awayFromPrimary);
                loseAcknowledgement(unacknowledged);
                String said = standby ? contest.standby() : contest.primary();
                assertThat(said).isIn("done", "later", "refused", "gives way");
            }
            cutOff("none");
            assertThat(contest.settle()).isIn("primary", "standby");
        }
    }

    /** What has a window is neither needed nor written to: it could have one of the two claims alone. */
    @ParameterizedTest
    @CsvSource({"main, standby", "second, none"})
    void aStoreWithAWindowDecidesNothing(String away, String winner) {
        windows = Map.of("main", "22:00-06:00");
        Contest contest = new Contest(server(CommitRule.ALL, false), server(CommitRule.ALL, false));
        cutOff(away);

        assertThat(contest.standby()).isEqualTo(winner.equals("standby") ? "done" : "later");
        cutOff("none");
        assertThat(main.stat(Epochs.key(2))).isEmpty();
    }

    /** Whichever store an old primary could still commit in has the claim. */
    @ParameterizedTest
    @CsvSource({"ALL, none", "ALL, main", "ALL, second", "ANY, none", "ANY, main", "ANY, second"})
    void whatIsDoneFencesEachCommit(CommitRule rule, String awayAtTheCommit) {
        Repository old = server(rule, false);
        server(rule, false).epochs().planned().claim(FORWARD, KEY);
        cutOff(awayAtTheCommit);

        ErrorCode code = TransferScenario.failure(() -> old.commit(Manifests.sample(id(1, 2)), KEY))
                .code();

        assertThat(code).isIn(ErrorCode.FENCED, ErrorCode.FILESTORE_UNREACHABLE);
        cutOff("none");
        assertThat(server(rule, false).list()).containsExactly(id(1, 1));
    }

    @Test
    void aSwitchoverBeginsWhereEachStoreAnswersAndTheEpochIsFree() {
        Repository server = server(CommitRule.ANY, false);
        assertThat(server.epochs().planned().requireReady(1)).hasSize(2);

        cutOff("second");
        assertThat(TransferScenario.failure(() -> server.epochs().planned().requireReady(1))
                        .code())
                .isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        cutOff("none");
        second.putIfAbsent(Epochs.key(2), new byte[] {1});
        assertThat(TransferScenario.failure(() -> server.epochs().planned().requireReady(1))
                        .code())
                .isEqualTo(ErrorCode.EPOCH_TAKEN);
    }

    /** An operator's promotion of another server: a claim that stands in one store is seen by both. */
    @Test
    void anOrdinaryClaimIsMet() {
        Repository third = server(CommitRule.ALL, false);
        cutOff("main");
        third.epochs().claim(EpochsTest.claim(2, "c"), KEY);
        cutOff("none");
        Contest contest = new Contest(server(CommitRule.ALL, false), server(CommitRule.ALL, false));

        assertThat(contest.primary()).isEqualTo("gives way");
        assertThat(contest.standby()).isEqualTo("later");
        assertThat(main.stat(Epochs.key(2))).isEmpty();
    }

    /** A claim of the primary that was refused is nowhere left. */
    @Test
    void whatGaveWayIsGone() {
        Repository server = server(CommitRule.ALL, false);
        cutOff("halfway");
        assertThat(new Contest(server, server).primary()).isEqualTo("later");
        assertThat(main.stat(Epochs.key(2))).isPresent();
        cutOff("none");

        server.epochs().planned().withdraw(FORWARD);
        assertThat(main.stat(Epochs.key(2))).as("another's").isPresent();
        server.epochs().planned().withdraw(BACK);
        assertThat(main.stat(Epochs.key(2))).isEmpty();
    }

    /** The two servers, as far as they ask the repository. */
    private final class Contest {
        private final Repository primary;
        private final Repository standby;
        private boolean primaryHas;
        private boolean primaryGaveWay;
        private boolean standbyHas;
        private boolean standbyRefused;

        Contest(Repository primary, Repository standby) {
            this.primary = primary;
            this.standby = standby;
        }

        /** As {@code Switchover} goes back. */
        String primary() {
            if (primaryHas || primaryGaveWay) {
                return primaryHas ? "done" : "gives way";
            }
            PlannedClaims claims = primary.epochs().planned();
            try {
                if (claims.other(1, Optional.of(BACK)).isPresent()) {
                    claims.withdraw(BACK);
                    primaryGaveWay = true;
                    return "gives way";
                }
                claims.claim(BACK, KEY);
                primaryHas = true;
                requireOne();
                return "done";
            } catch (UnderstudyException e) {
                return said(e);
            }
        }

        /** As {@code PlannedTakeover} takes over. */
        String standby() {
            if (standbyHas || standbyRefused) {
                return standbyHas ? "done" : "refused";
            }
            PlannedClaims claims = standby.epochs().planned();
            try {
                claims.requireFree(FORWARD);
                claims.claim(FORWARD, KEY);
                standbyHas = true;
                requireOne();
                return "done";
            } catch (UnderstudyException e) {
                standbyRefused = e.code() == ErrorCode.EPOCH_TAKEN;
                return said(e);
            }
        }

        private void requireOne() {
            assertThat(primaryHas && standbyHas).as("both have epoch 2").isFalse();
        }

        private static String said(UnderstudyException e) {
            return switch (e.code()) {
                case EPOCH_TAKEN -> "refused";
                case FILESTORE_UNREACHABLE, FILESTORE_FAILED -> "later";
                default -> throw e;
            };
        }

        /** Both go on by themselves. @return who has the epoch */
        String settle() {
            for (int turn = 0; turn < 4; turn++) {
                time.advance(Duration.ofMinutes(2));
                primary();
                standby();
            }
            assertThat(primaryHas).as("one of them").isNotEqualTo(standbyHas);
            assertThat(primaryHas ? standbyRefused : primaryGaveWay)
                    .as("the other one knows")
                    .isTrue();
            return primaryHas ? "primary" : "standby";
        }
    }

    private void clear() {
        cutOff("none");
        for (InMemoryFilestore store : List.of(main, second)) {
            store.delete(Epochs.key(2));
        }
    }

    /** The main one or the second one, both, or only writes into one of them. */
    private void cutOff(String which) {
        time.advance(Duration.ofMinutes(2));
        faults = Map.of(
                main, faults(Set.of("main", "both").contains(which), which.equals("otherway")),
                second, faults(Set.of("second", "both").contains(which), which.equals("halfway")));
        faults.forEach(InMemoryFilestore::inject);
    }

    private static Faults faults(boolean away, boolean full) {
        return (operation, key) -> away || full && operation == Operation.PUT_IF_ABSENT
                ? new Fail(ErrorCode.FILESTORE_UNREACHABLE)
                : new None();
    }

    /** Of one that is reached: the next claim is written there, and the server does not learn of it. */
    private void loseAcknowledgement(String which) {
        if (!which.equals("none")) {
            InMemoryFilestore store = which.equals("main") ? main : second;
            AtomicBoolean lost = new AtomicBoolean();
            store.inject((operation, key) -> {
                Fault fault = faults.get(store).next(operation, key);
                return operation == Operation.PUT_IF_ABSENT && fault instanceof None && lost.compareAndSet(false, true)
                        ? new LoseAcknowledgement(ErrorCode.FILESTORE_FAILED)
                        : fault;
            });
        }
    }
}

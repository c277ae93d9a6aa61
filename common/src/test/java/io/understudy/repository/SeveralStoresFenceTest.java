package io.understudy.repository;

import static io.understudy.repository.Manifests.SITE;
import static io.understudy.repository.Manifests.id;
import static io.understudy.testing.SeveralInMemory.bringBack;
import static io.understudy.testing.SeveralInMemory.takeAway;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.CommitRule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.several.SeveralFilestores;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.None;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.SeveralInMemory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of {@code design.md}: which stores are away at a promotion, and at the old primary's next commit. */
class SeveralStoresFenceTest {
    private static final SigningKey KEY = FastSignatures.key();

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore main = new InMemoryFilestore(time);
    private final InMemoryFilestore second = new InMemoryFilestore(time);
    private final UUID repository = UUID.randomUUID();
    private Map<String, String> windows = Map.of();

    @BeforeEach
    void create() {
        Repository both = server(CommitRule.ALL);
        both.epochs().claim(EpochsTest.claim(1, "a"), KEY);
        both.commit(Manifests.sample(id(1, 1)), KEY);
        assertThat(main.keys()).isEqualTo(second.keys()).hasSize(3);
    }

    /** Each has its own connections, and knows nothing of what another one met. */
    private Repository server(CommitRule rule) {
        SeveralFilestores store = SeveralInMemory.of(rule, time, windows, main, second);
        return Repository.create(store, repository, SITE, TrustedKeys.of(KEY.publicKey()), time.clock());
    }

    /**
     * @param claim {@code done}; {@code refused} before anything is written; with {@code promote --unfenced} it is
     *     {@code pending} where a store is away, and stands in the others
     * @param commit {@code fenced}, {@code failed} because a store is away, or {@code done}
     */
    @ParameterizedTest
    @CsvSource({
        "ALL, none,   done,    none,   fenced",
        "ALL, none,   done,    main,   failed",
        "ALL, none,   done,    second, failed",
        "ALL, main,   done,    none,   fenced",
        "ALL, main,   done,    main,   failed",
        "ALL, main,   done,    second, failed",
        "ALL, second, done,    none,   fenced",
        "ALL, second, done,    main,   failed",
        "ALL, second, done,    second, failed",
        "ALL, both,   refused, none,   done",
        "ANY, none,   done,    none,   fenced",
        "ANY, none,   done,    main,   fenced",
        "ANY, none,   done,    second, fenced",
        "ANY, main,   refused, none,   done",
        "ANY, main,   refused, main,   done",
        "ANY, main,   refused, second, done",
        "ANY, second, refused, none,   done",
        "ANY, second, refused, main,   done",
        "ANY, second, refused, second, done",
        "ANY, both,   refused, none,   done",
        "ANY, main,   pending, none,   fenced",
        "ANY, main,   pending, main,   fenced",
        "ANY, main,   pending, second, done",
        "ANY, second, pending, none,   fenced",
        "ANY, second, pending, main,   done",
        "ANY, second, pending, second, fenced",
    })
    void theFenceHoldsWhereTheClaimIsDone(
            CommitRule rule, String awayAtPromotion, String claim, String awayAtCommit, String commit) {
        Repository old = server(rule);
        Repository standby = server(rule);

        away(awayAtPromotion);
        assertThat(claims(standby, !claim.equals("pending"))).isEqualTo(claim);
        away("none");

        away(awayAtCommit);
        assertThat(commits(old)).isEqualTo(commit);
        away("none");
        time.advance(Duration.ofMinutes(2));
        if (claim.equals("pending")) {
            // It is repeated until it stands everywhere, and then the fence is closed.
            assertThat(claims(standby, false)).isEqualTo("done");
            assertThat(commits(server(rule), id(1, 3))).isEqualTo("fenced");
        }
        if (commit.equals("done")) {
            assertThat(standby.newest()).contains(id(1, 2));
        }
        List<SnapshotId> ofOld = server(rule).list();
        assertThat(ofOld.contains(id(1, 2))).isEqualTo(commit.equals("done"));
    }

    @Test
    void aClaimThatIsReadBrokenOnceIsNoOther() {
        Repository old = server(CommitRule.ALL);
        AtomicInteger broken = new AtomicInteger();
        second.inject((operation, key) ->
                operation == Operation.OPEN && key.equals(Epochs.key(1)) && broken.getAndIncrement() == 0
                        ? new Faults.Truncate(10)
                        : new Faults.None());
        assertThat(commits(old)).isEqualTo("done");
        assertThat(broken.get()).as("read again").isGreaterThan(1);
    }

    /** As in a switchover, whose standby repeats what it sent. */
    @Test
    void aClaimOfItsOwnThatIsReadBrokenOnceIsItsOwn() {
        Repository own = server(CommitRule.ALL);
        second.inject(Faults.first(Operation.OPEN, Epochs.key(1)::equals, new Faults.Truncate(10)));
        own.epochs().planned().requireFree(EpochsTest.claim(1, "a"));

        second.inject((operation, key) ->
                operation == Operation.OPEN && key.equals(Epochs.key(1)) ? new Faults.Truncate(10) : new None());
        assertThatThrownBy(() -> own.epochs().planned().requireFree(EpochsTest.claim(1, "a")))
                .isInstanceOf(UnderstudyException.class);
    }

    /** Second has a window: whatever it holds, commits and claims go by main, as with one store. */
    @ParameterizedTest
    @CsvSource({
        "ALL, closed, none,   done,    none,   fenced",
        "ALL, closed, second, done,    second, fenced",
        "ALL, closed, second, done,    none,   fenced",
        "ALL, closed, none,   done,    main,   failed",
        "ALL, closed, main,   refused, none,   done",
        "ALL, open,   none,   done,    second, fenced",
        "ALL, open,   second, done,    none,   fenced",
        "ALL, open,   none,   done,    main,   failed",
        "ALL, open,   main,   refused, none,   done",
        "ALL, open,   main,   refused, second, done",
        "ANY, closed, none,   done,    none,   fenced",
        "ANY, closed, second, done,    second, fenced",
        "ANY, closed, second, done,    none,   fenced",
        "ANY, closed, none,   done,    main,   failed",
        "ANY, closed, main,   refused, none,   done",
        "ANY, closed, main,   pending, none,   done",
        "ANY, open,   none,   done,    second, fenced",
        "ANY, open,   second, done,    none,   fenced",
        "ANY, open,   second, done,    second, fenced",
        "ANY, open,   none,   done,    main,   failed",
        "ANY, open,   main,   refused, none,   done",
        "ANY, open,   main,   pending, none,   fenced",
        "ANY, open,   main,   pending, second, done",
    })
    void aStoreWithAWindowCountsNeitherForAClaimNorForACommit(
            CommitRule rule, String window, String awayAtPromotion, String claim, String awayAtCommit, String commit) {
        windows = Map.of("second", window.equals("open") ? "11:00-13:00" : "22:00-06:00");
        theFenceHoldsWhereTheClaimIsDone(rule, awayAtPromotion, claim, awayAtCommit, commit);
    }

    /** Each could see another store only, and both were promoted: none of them may commit. */
    @Test
    void twoServersOfOneEpochCommitNothing() {
        Repository b = server(CommitRule.ALL);
        Repository c = server(CommitRule.ALL);
        takeAway(second);
        b.epochs().claim(EpochsTest.claim(2, "b"), KEY);
        bringBack(second);
        takeAway(main);
        c.epochs().claim(EpochsTest.claim(2, "c"), KEY);
        bringBack(main);

        assertThat(commits(server(CommitRule.ALL), id(2, 2))).isEqualTo("fenced");
        time.advance(Duration.ofMinutes(2));
        assertThat(claims(b, false)).isEqualTo("taken");
        assertThat(claims(c, false)).isEqualTo("taken");
        for (String server : List.of("b", "c")) {
            assertThat(server(CommitRule.ALL).epochs().stands(EpochsTest.claim(2, server)))
                    .as("the claim of " + server)
                    .isFalse();
        }

        server(CommitRule.ALL).epochs().claim(EpochsTest.claim(3, "c"), KEY);
        assertThat(commits(server(CommitRule.ALL), id(3, 2))).isEqualTo("done");
    }

    /** The one that was away at the promotion gets the claim with the first commit. */
    @Test
    void aClaimThatOneStoreLacksIsCompletedByTheFirstCommit() {
        Repository standby = server(CommitRule.ALL);
        takeAway(main);
        standby.epochs().claim(EpochsTest.claim(2, "b"), KEY);
        bringBack(main);
        assertThat(main.stat(Epochs.key(2))).isEmpty();

        assertThat(commits(server(CommitRule.ALL), id(2, 2))).isEqualTo("done");
        assertThat(main.stat(Epochs.key(2))).isPresent();
    }

    /** A store of the configuration that is another repository's gets nothing. */
    @Test
    void anotherRepositorysStoreIsLeftAlone() {
        InMemoryFilestore foreign = new InMemoryFilestore(time);
        Repository.create(foreign, UUID.randomUUID(), SITE, TrustedKeys.of(KEY.publicKey()), time.clock());
        int objects = foreign.keys().size();
        SeveralFilestores store = SeveralInMemory.of(CommitRule.ALL, time, main, foreign);
        Repository opened = Repository.open(store, SITE, TrustedKeys.of(KEY.publicKey()), time.clock());
        assertThat(opened.id()).isEqualTo(repository);
        assertThat(TransferScenario.failure(() -> opened.commit(Manifests.sample(id(1, 2)), KEY))
                        .code())
                .isEqualTo(ErrorCode.REPOSITORY_EXISTS);
        assertThat(foreign.keys()).hasSize(objects);
        assertThat(TransferScenario.failure(() -> Repository.create(
                                store, repository, SITE, TrustedKeys.of(KEY.publicKey()), time.clock()))
                        .code())
                .isEqualTo(ErrorCode.REPOSITORY_EXISTS);
    }

    /** A manifest that only one took before the other failed is not acknowledged. */
    @Test
    void halfACommitIsReportedAsAFailureAndItsNumberIsNotUsedAgain() {
        Repository old = server(CommitRule.ALL);
        second.inject((operation, key) ->
                key.startsWith("manifests/00000001-00000002") ? new Fail(ErrorCode.FILESTORE_FAILED) : new None());
        assertThat(commits(old)).isEqualTo("failed");
        bringBack(second);
        time.advance(Duration.ofMinutes(2));
        Repository next = server(CommitRule.ALL);
        assertThat(next.nextId(1)).isEqualTo(id(1, 3));
        assertThat(commits(next, id(1, 3))).isEqualTo("done");
        assertThat(second.stat(id(1, 2).key())).isEmpty();
    }

    private void away(String which) {
        bringBack(main);
        bringBack(second);
        if (which.equals("main") || which.equals("both")) {
            takeAway(main);
        }
        if (which.equals("second") || which.equals("both")) {
            takeAway(second);
        }
    }

    private static String claims(Repository standby, boolean fenced) {
        EpochClaim claim = EpochsTest.claim(2, "b");
        try {
            if (fenced) {
                standby.epochs().requireFree(claim);
            }
            standby.epochs().claim(claim, KEY);
            return "done";
        } catch (UnderstudyException e) {
            return switch (e.code()) {
                case FILESTORE_UNREACHABLE -> fenced ? "refused" : "pending";
                case EPOCH_TAKEN -> "taken";
                default -> throw e;
            };
        }
    }

    private static String commits(Repository old) {
        return commits(old, id(1, 2));
    }

    private static String commits(Repository old, SnapshotId snapshot) {
        try {
            old.commit(Manifests.sample(snapshot), KEY);
            return "done";
        } catch (UnderstudyException e) {
            return switch (e.code()) {
                case FENCED -> "fenced";
                case FILESTORE_UNREACHABLE, FILESTORE_FAILED -> "failed";
                default -> throw e;
            };
        }
    }
}

package io.understudy.replica.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.events.Step;
import io.understudy.replica.state.ApplyIntent.Phase;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.replica.state.ReplicaState.Settled;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateStorage;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The transition table of {@link ReplicaState}, every pair of it. */
class ReplicaStateTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final DatabaseVersion OLD = copy(1, 16384);
    private static final DatabaseVersion NEW = copy(2, 16385);
    private static final int EPOCH = 2;
    private static final FailedAttempt IN_APPLY = failedAttempt(Step.APPLY);
    private static final FailedAttempt IN_PROOF = failedAttempt(Step.PROVE);

    private static DatabaseVersion copy(int sequence, long oid) {
        return new DatabaseVersion(
                new DatabaseIdentity(7, oid),
                Optional.of(new SnapshotId(1, sequence)),
                Optional.of(NOW),
                Optional.of(new PlanSet(sequence + "-" + new SnapshotId(1, sequence), List.of("media"))));
    }

    private static FailedAttempt failedAttempt(Step step) {
        return new FailedAttempt(
                NEW.snapshot(),
                step,
                ErrorCode.SITE_UNHEALTHY,
                "message",
                "hint",
                NOW,
                1,
                Optional.empty(),
                Optional.empty());
    }

    static final Seeding SEEDING = new Seeding();
    static final Following FOLLOWING = new Following(OLD, true, NOW, Optional.empty());
    static final Following FOLLOWING_WITH_PREVIOUS = new Following(NEW, true, NOW, Optional.of(OLD));

    static ApplyIntent intent(Phase phase, Optional<FailedAttempt> cause) {
        return new ApplyIntent(NEW, Optional.of(OLD.database()), Optional.empty(), phase, cause, FOLLOWING);
    }

    static final Applying FORWARD = new Applying(intent(Phase.FORWARD, Optional.empty()));
    static final Applying PROVEN = new Applying(intent(Phase.PROVEN, Optional.empty()), true, Optional.of(NOW));
    static final Applying BACK = new Applying(intent(Phase.BACK, Optional.of(IN_APPLY)));
    static final Applying BACK_AFTER_PROOF = new Applying(intent(Phase.BACK, Optional.of(IN_PROOF)));
    static final Applying UNDONE = new Applying(intent(Phase.UNDONE, Optional.of(IN_APPLY)));
    static final Applying UNDONE_AND_PROVEN =
            new Applying(intent(Phase.UNDONE, Optional.of(IN_APPLY)), true, Optional.empty());
    static final Promoting PROMOTING = new Promoting(EPOCH, false, false, Optional.empty(), OLD, FOLLOWING);
    static final Promoting TAKING_OVER = new Promoting(EPOCH, false, false, Optional.of(true), OLD, FOLLOWING);
    static final Promoting RECLAIMING = new Promoting(EPOCH, false, false, Optional.empty(), OLD, SEEDING);
    static final Promoted PENDING = new Promoted(OLD, EPOCH, false, false, NOW);
    static final Promoted PROMOTED = new Promoted(OLD, EPOCH, true, false, NOW);

    static final Promoted OVERRULED = new Promoted(OLD, EPOCH, false, false, NOW, Optional.of(true));
    static final Promoting ONCE_MORE = again(OVERRULED);

    private static Promoting again(Promoted before) {
        return new Promoting(EPOCH, false, false, Optional.empty(), OLD, before);
    }

    private static final Ahead AHEAD =
            new Ahead(new DatabaseIdentity(7, 16386), new SnapshotId(1, 3), NOW, NOW.plusSeconds(1));

    /** By what comes next: whether what is ahead is still that. */
    static Stream<Arguments> afterwards() {
        return Stream.of(
                Arguments.of(FOLLOWING, true),
                Arguments.of(PROMOTING, true),
                Arguments.of(SEEDING, false),
                Arguments.of(FORWARD, false),
                Arguments.of(BACK, false),
                Arguments.of(PROMOTED, false));
    }

    @ParameterizedTest
    @MethodSource("afterwards")
    void whatIsAheadEndsWithAnApplyAndWithTheRole(ReplicaState next, boolean stays) {
        ReplicaRecord ahead =
                ReplicaRecord.empty().with(FOLLOWING_WITH_PREVIOUS).withLoaded(AHEAD, true);

        assertThat(ahead.ahead()).contains(AHEAD);
        assertThat(ahead.with(next).ahead().isPresent()).isEqualTo(stays);
        assertThat(ahead.withoutAhead().ahead()).isEmpty();
    }

    @Test
    void onlyWhatIsNewerThanTheSnapshotOfAStandbyIsAhead() {
        Ahead same = new Ahead(AHEAD.database(), NEW.snapshot().orElseThrow(), NOW, NOW);

        assertThat(ReplicaRecord.empty().with(FOLLOWING).withLoaded(same, true).ahead())
                .contains(same);
        assertThat(ReplicaRecord.empty()
                        .with(FOLLOWING_WITH_PREVIOUS)
                        .withLoaded(same, true)
                        .ahead())
                .isEmpty();
        assertThat(ReplicaRecord.empty().withLoaded(AHEAD, true).ahead()).isEmpty();
        assertThat(ReplicaRecord.empty().with(PROMOTED).withLoaded(AHEAD, true).ahead())
                .isEmpty();
    }

    static Stream<ReplicaState> states() {
        return Stream.of(
                SEEDING,
                FOLLOWING,
                FOLLOWING_WITH_PREVIOUS,
                FORWARD,
                PROVEN,
                BACK,
                BACK_AFTER_PROOF,
                UNDONE,
                UNDONE_AND_PROVEN,
                PROMOTING,
                TAKING_OVER,
                RECLAIMING,
                PENDING,
                PROMOTED,
                OVERRULED,
                ONCE_MORE);
    }

    private static Map<String, UnaryOperator<ReplicaState>> events() {
        Map<String, UnaryOperator<ReplicaState>> events = new LinkedHashMap<>();
        events.put("begin", it -> it.begin(intent(Phase.FORWARD, Optional.empty())));
        events.put("rollback", it -> it.rollback(IN_PROOF));
        events.put("accepted", it -> it.accepted(true, NOW));
        events.put("failed", it -> it.failed(IN_APPLY));
        events.put("turned", it -> it.turned(NOW));
        events.put("undone", it -> it.undone(Optional.empty(), false));
        events.put("undone and proven", it -> it.undone(Optional.empty(), true));
        events.put("settled", ReplicaState::settled);
        events.put("promote", it -> it.promote(EPOCH, false, false));
        events.put("take over", it -> it.takeOver(EPOCH));
        events.put("reclaim", it -> it.reclaim(EPOCH, false, OLD));
        events.put("withdrawn", ReplicaState::withdrawn);
        events.put("promoted", it -> it.promoted(true, false, NOW));
        events.put("claimed", it -> it.claimed(EPOCH));
        events.put("overruled", ReplicaState::overruled);
        events.put("restarted", it -> it.restarted(true));
        events.put("demoted", ReplicaState::demoted);
        return events;
    }

    private static Map<String, ReplicaState> row(Object... cells) {
        Map<String, ReplicaState> row = new LinkedHashMap<>();
        for (int i = 0; i < cells.length; i += 2) {
            row.put((String) cells[i], (ReplicaState) cells[i + 1]);
        }
        return row;
    }

    static Stream<Arguments> table() {
        Applying rolledBack = new Applying(new ApplyIntent(
                NEW,
                Optional.of(OLD.database()),
                Optional.empty(),
                Phase.BACK,
                Optional.of(IN_PROOF),
                new Following(OLD, false, NOW, Optional.empty())));
        return Stream.of(
                Arguments.of(SEEDING, row("begin", FORWARD, "reclaim", RECLAIMING)),
                Arguments.of(
                        FOLLOWING,
                        row("begin", FORWARD, "promote", PROMOTING, "take over", TAKING_OVER, "demoted", SEEDING)),
                Arguments.of(
                        FOLLOWING_WITH_PREVIOUS,
                        row(
                                "begin",
                                FORWARD,
                                "rollback",
                                rolledBack,
                                "promote",
                                new Promoting(EPOCH, false, false, Optional.empty(), NEW, FOLLOWING_WITH_PREVIOUS),
                                "take over",
                                new Promoting(EPOCH, false, false, Optional.of(true), NEW, FOLLOWING_WITH_PREVIOUS),
                                "demoted",
                                SEEDING)),
                Arguments.of(FORWARD, row("accepted", PROVEN, "failed", BACK)),
                Arguments.of(PROVEN, row("settled", FOLLOWING_WITH_PREVIOUS)),
                Arguments.of(BACK, row("turned", FORWARD, "undone", UNDONE, "undone and proven", UNDONE_AND_PROVEN)),
                Arguments.of(
                        BACK_AFTER_PROOF,
                        row(
                                "turned",
                                new Applying(intent(Phase.PROVEN, Optional.empty()), false, Optional.of(NOW)),
                                "undone",
                                new Applying(intent(Phase.UNDONE, Optional.of(IN_PROOF))),
                                "undone and proven",
                                new Applying(intent(Phase.UNDONE, Optional.of(IN_PROOF)), true, Optional.empty()))),
                Arguments.of(UNDONE, row("settled", new Following(OLD, false, NOW, Optional.empty()))),
                Arguments.of(UNDONE_AND_PROVEN, row("settled", FOLLOWING)),
                Arguments.of(PROMOTING, row("withdrawn", FOLLOWING, "promoted", PROMOTED)),
                Arguments.of(TAKING_OVER, row("withdrawn", FOLLOWING, "promoted", PROMOTED)),
                Arguments.of(RECLAIMING, row("withdrawn", SEEDING, "promoted", PROMOTED)),
                Arguments.of(
                        PENDING,
                        row(
                                "reclaim",
                                again(PENDING),
                                "claimed",
                                PROMOTED,
                                "overruled",
                                OVERRULED,
                                "restarted",
                                PENDING,
                                "demoted",
                                SEEDING)),
                Arguments.of(
                        PROMOTED,
                        row(
                                "reclaim",
                                again(PROMOTED),
                                "claimed",
                                PROMOTED,
                                "overruled",
                                new Promoted(OLD, EPOCH, true, false, NOW, Optional.of(true)),
                                "restarted",
                                PROMOTED,
                                "demoted",
                                SEEDING)),
                Arguments.of(
                        OVERRULED,
                        row(
                                "reclaim",
                                ONCE_MORE,
                                "claimed",
                                PROMOTED,
                                "overruled",
                                OVERRULED,
                                "restarted",
                                OVERRULED,
                                "demoted",
                                SEEDING)),
                Arguments.of(ONCE_MORE, row("withdrawn", OVERRULED, "promoted", PROMOTED)));
    }

    @ParameterizedTest
    @MethodSource("table")
    void allowsTheTransitionsOfTheTableAndNoOther(ReplicaState from, Map<String, ReplicaState> row) {
        events().forEach((name, event) -> {
            if (row.containsKey(name)) {
                assertThat(event.apply(from)).as("%s %s", from.label(), name).isEqualTo(row.get(name));
            } else {
                assertThatThrownBy(() -> event.apply(from))
                        .as("%s %s", from.label(), name)
                        .isInstanceOf(IllegalStateException.class);
            }
        });
    }

    @Test
    void theTableNamesEveryState() {
        assertThat(table().map(row -> row.get()[0])).containsExactlyElementsOf(states().toList());
    }

    @Test
    void rollingTheFirstImportBackLeadsToTheBeginning() {
        DatabaseVersion foreign = DatabaseVersion.foreign(OLD.database());
        ReplicaState back = new Following(NEW, true, NOW, Optional.of(foreign)).rollback(IN_PROOF);

        assertThat(((Applying) back).intent().back()).isEqualTo(SEEDING);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsLiveAgainAfterARollbackIsProvenByTheSiteAlone(boolean good) {
        ReplicaState back = FOLLOWING_WITH_PREVIOUS.rollback(IN_PROOF).undone(Optional.empty(), good);

        assertThat(back.settled()).isEqualTo(new Following(OLD, good, NOW, Optional.empty()));
    }

    @Test
    void whatIsLiveAgainAfterAnApplyIsProvenByTheSiteAloneToo() {
        Following unproven = new Following(OLD, false, NOW, Optional.empty());
        ApplyIntent intent = new ApplyIntent(
                NEW, Optional.of(OLD.database()), Optional.empty(), Phase.BACK, Optional.of(IN_APPLY), unproven);

        assertThat(new Applying(intent).undone(Optional.empty(), true).settled())
                .isEqualTo(FOLLOWING);
        assertThat(new Applying(intent).undone(Optional.empty(), false).settled())
                .isEqualTo(unproven);
        assertThat(BACK.undone(Optional.empty(), false).settled())
                .as("it was proven before")
                .isEqualTo(unproven);
    }

    @ParameterizedTest
    @MethodSource("states")
    void everyStateSurvivesTheDisk(ReplicaState state) {
        byte[][] disk = new byte[1][];
        StateStorage file = new StateStorage() {
            @Override
            public Optional<byte[]> read() {
                return Optional.ofNullable(disk[0]);
            }

            @Override
            public void write(byte[] content) {
                disk[0] = content;
            }

            @Override
            public void delete() {
                disk[0] = null;
            }
        };
        ReplicaRecord written = new ReplicaStateStore(file)
                .change(record -> record.with(state)
                        .withOwned(NEW.database())
                        .withFailedImport(IN_APPLY)
                        .leaving(OLD.database())
                        .settingAside("site_before_understudy")
                        .withClaim(new EpochClaim(2, "b", NOW, "a test", "nonce"))
                        .withCleanUpDue(NOW)
                        .withLoaded(AHEAD, true));

        assertThat(new ReplicaStateStore(file).record()).isEqualTo(written);
        assertThat(new ReplicaStateStore(file).state()).isEqualTo(state);
    }

    @Test
    void whatIsLiveIsKnownInEveryState() {
        assertThat(states().map(state ->
                        ReplicaRecord.empty().with(state).live().flatMap(DatabaseVersion::snapshot)))
                .containsExactly(
                        Optional.empty(),
                        OLD.snapshot(),
                        NEW.snapshot(),
                        OLD.snapshot(),
                        NEW.snapshot(),
                        OLD.snapshot(),
                        OLD.snapshot(),
                        OLD.snapshot(),
                        OLD.snapshot(),
                        OLD.snapshot(),
                        OLD.snapshot(),
                        OLD.snapshot(),
                        OLD.snapshot(),
                        OLD.snapshot(),
                        OLD.snapshot(),
                        OLD.snapshot());
    }

    @Test
    void labelsAreStable() {
        assertThat(Set.copyOf(states().map(ReplicaState::label).toList()))
                .containsExactlyInAnyOrder("seeding", "following", "applying", "promoting", "promoted");
        assertThat(states().filter(Settled.class::isInstance)).hasSize(3);
    }
}

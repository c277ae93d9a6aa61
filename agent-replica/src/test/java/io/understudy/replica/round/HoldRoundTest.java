package io.understudy.replica.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.HoldSettings;
import io.understudy.config.HoldSettings.Drops;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.Replica;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.World;
import io.understudy.replica.hold.Hold;
import io.understudy.replica.hold.HoldFinding;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.state.Ahead;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What differs too much from what is applied is loaded and not applied, until an operator or a newer one decides. */
class HoldRoundTest {
    @TempDir
    Path state;

    private final World world = World.standby();
    private final List<Event> events = new ArrayList<>();
    private final SnapshotId first = world.source.commit(1, 1);

    @BeforeEach
    void followASnapshotOfAThousandRows() {
        world.state = state;
        world.holding = limits(true, List.of());
        world.events = new Events(world.time.clock(), (event, at) -> events.add(event));
        world.source.numbers(first, 1000, 100, 0);
        world.sync();
    }

    private static HoldSettings limits(boolean closure, List<String> queries) {
        return new HoldSettings(
                new Drops(Optional.of(30), Optional.of(30), Optional.of(50)),
                Optional.empty(),
                false,
                queries,
                Duration.ofSeconds(10),
                closure,
                100,
                20,
                1 << 20);
    }

    private SnapshotId scheduled(int sequence, long rows) {
        SnapshotId snapshot = world.source.commit(1, sequence);
        world.source.numbers(snapshot, rows, 100, 0);
        return snapshot;
    }

    private SnapshotId continuous(int sequence, long rows) {
        SnapshotId snapshot = world.source.continuous(1, sequence, first);
        world.source.numbers(snapshot, rows, 100, 0);
        return snapshot;
    }

    private Hold held() {
        return world.holds().current().orElseThrow();
    }

    private Optional<SnapshotId> ahead() {
        return world.store.record().ahead().map(Ahead::snapshot);
    }

    private void assertHeld(SnapshotId snapshot) {
        assertThat(held().snapshot()).isEqualTo(snapshot);
        assertThat(world.content()).isEqualTo(first.toString());
        assertThat(ahead()).isNotEqualTo(Optional.of(snapshot));
    }

    @Test
    void oneWithTooFewRowsIsLoadedAndNotApplied() {
        SnapshotId second = scheduled(2, 10);

        assertThat(world.poll().applied()).isEmpty();

        assertHeld(second);
        assertThat(held().loaded()).isTrue();
        assertThat(world.databases.holding(second)).isPresent();
        assertThat(held().findings())
                .extracting(HoldFinding::subject)
                .containsExactly("all tables", "table public.users");
        assertThat(held().findings().get(1).text())
                .isEqualTo("table public.users: 1,000 → 10 rows, 99 % less; limit 30 %");
        assertThat(events)
                .filteredOn(ReplicaEvent.SnapshotHeld.class::isInstance)
                .hasSize(1);
    }

    @Test
    void isToldOnceAndLoadedOnce() {
        scheduled(2, 10);
        world.poll();
        int loads = world.databases.loads();

        world.poll();
        world.sync();

        assertThat(world.databases.loads()).isEqualTo(loads);
        assertThat(events)
                .filteredOn(ReplicaEvent.SnapshotHeld.class::isInstance)
                .hasSize(1);
        assertThat(world.store.record().lastError()).isEmpty();
    }

    @Test
    void aDropByTheLimitItselfIsNoneBeyondIt() {
        SnapshotId second = scheduled(2, 700);

        assertThat(world.poll().applied()).contains(second);
        assertThat(world.holds().current()).isEmpty();
    }

    @Test
    void aNewerOneWithinTheLimitsEndsTheHold() {
        scheduled(2, 10);
        world.poll();
        SnapshotId third = scheduled(3, 990);

        assertThat(world.poll().applied()).contains(third);

        assertThat(world.holds().current()).isEmpty();
        assertThat(events).filteredOn(ReplicaEvent.HoldEnded.class::isInstance).hasSize(1);
    }

    @Test
    void aNewerOneStillBeyondIsHeldAsWell() {
        SnapshotId second = scheduled(2, 10);
        world.poll();
        SnapshotId third = scheduled(3, 11);

        world.poll();

        assertHeld(third);
        assertThat(held().first()).isEqualTo(second);
        assertThat(held().before()).isEqualTo(first);
        assertThat(events)
                .filteredOn(ReplicaEvent.SnapshotHeld.class::isInstance)
                .hasSize(1);
    }

    @Test
    void anOlderOneWithinTheLimitsIsAppliedThoughTheNewestIsHeld() {
        SnapshotId second = scheduled(2, 990);
        SnapshotId third = scheduled(3, 10);

        world.poll();
        assertHeld(third);

        assertThat(world.poll().applied()).contains(second);
        assertThat(world.content()).isEqualTo(second.toString());
        assertThat(held().snapshot()).isEqualTo(third);
    }

    @Test
    void whatIsAheadStaysAndIsServedByAPromotionWithAWarning() {
        SnapshotId good = continuous(2, 995);
        world.poll();
        SnapshotId bad = continuous(3, 10);

        world.poll();

        assertThat(held().snapshot()).isEqualTo(bad);
        assertThat(held().loaded()).isFalse();
        assertThat(ahead()).contains(good);
        Promotion.Report report = world.agent().promotion().promote(new Promotion.Request("test", false, false, false));
        assertThat(world.content()).isEqualTo(good.toString());
        assertThat(report.origin().missed().orElseThrow()).hasMessageContaining(bad + " is held and not served");
    }

    @Test
    void aPromotionDoesNotServeWhatIsHeldAndLoaded() {
        SnapshotId bad = continuous(2, 10);
        world.poll();
        assertThat(world.databases.holding(bad)).isPresent();

        world.agent().promotion().promote(new Promotion.Request("test", false, false, false));

        assertThat(world.content()).isEqualTo(first.toString());
    }

    @Test
    void aPromotionThatFindsANewerOneComparesItFirst() {
        SnapshotId bad = continuous(2, 10);

        world.agent().promotion().promote(new Promotion.Request("test", false, false, false));

        assertThat(held().snapshot()).isEqualTo(bad);
        assertThat(world.content()).isEqualTo(first.toString());
    }

    @Test
    void whatAnOperatorAcceptsIsAppliedAndNewerOnesAreComparedWithIt() {
        SnapshotId second = scheduled(2, 10);
        world.poll();

        assertThat(world.replica().accept(second, new RoundControl()).applied()).contains(second);

        SnapshotId third = scheduled(3, 11);
        assertThat(world.poll().applied()).contains(third);
        assertThat(world.holds().current()).isEmpty();
    }

    /** The daemon knows by name what is newest, and has loaded it: only the decision is new. */
    @Test
    void whatAnOperatorAcceptsIsAppliedAtOnceByADaemonThatHasSeenIt() {
        Replica daemon = world.replica();
        SnapshotId second = scheduled(2, 10);
        daemon.sync(ImportRequest.newest(), new RoundControl());
        daemon.sync(ImportRequest.newest(), new RoundControl());
        assertThat(held().snapshot()).isEqualTo(second);

        assertThat(daemon.accept(second, new RoundControl()).applied()).contains(second);
    }

    /** After a rollback the next one with the same damage would pass, and retention would never drop it. */
    @Test
    void whatWasAcceptedIsForgottenOnceItIsLive() {
        SnapshotId second = scheduled(2, 10);
        world.poll();
        assertThat(world.replica().accept(second, new RoundControl()).applied()).contains(second);

        assertThat(world.holds().record().accepted()).isEmpty();
        assertThat(world.holds().needed()).isEmpty();
    }

    /** It is here, loaded and whole. */
    @Test
    void acceptingAScheduledOneMakesItLiveWithoutTheFilestore() {
        SnapshotId second = scheduled(2, 10);
        world.poll();
        world.source.goDown();

        assertThat(world.replica().accept(second, new RoundControl()).applied()).contains(second);

        assertThat(world.content()).isEqualTo(second.toString());
        assertThat(world.holds().current()).isEmpty();
    }

    /** By its name alone: nothing says that the repository has it. */
    @Test
    void acceptingWithoutFilestoreAndMirrorIsRefused() {
        SnapshotId second = scheduled(2, 10);
        world.poll();
        world.source.goDown();
        world.source.emptyMirror();

        assertThatThrownBy(() -> world.replica().accept(second, new RoundControl()))
                .hasMessageContaining("does not have it any more");

        assertHeld(second);
    }

    /** What the hint of that error says. */
    @Test
    void whatTheFilestoreForgotIsRestoredFromTheMirrorWithoutIt() {
        SnapshotId second = scheduled(2, 10);
        world.poll();
        scheduled(3, 10);
        world.poll();
        world.source.forget(second);
        assertThatThrownBy(() -> world.replica().accept(second, new RoundControl()))
                .hasMessageContaining("the filestore does not have it any more");
        world.source.goDown();

        world.replica().require(second);
        assertThat(world.restore(second).applied()).contains(second);
    }

    @Test
    void acceptingAContinuousOneMakesItAheadWithoutTheFilestore() {
        SnapshotId bad = continuous(2, 500);
        world.poll();
        world.source.goDown();

        assertThat(world.replica().accept(bad, new RoundControl()).applied()).isEmpty();

        assertThat(ahead()).contains(bad);
        world.source.comeBack();
        SnapshotId next = continuous(3, 499);
        world.poll();
        assertThat(ahead()).contains(next);
        assertThat(world.holds().current()).isEmpty();
    }

    @Test
    void acceptingTheFirstOfSeveralCoversThoseAfterIt() {
        SnapshotId bad = continuous(2, 500);
        world.poll();
        SnapshotId next = continuous(3, 501);
        world.poll();
        assertThat(held().snapshot()).isEqualTo(next);

        world.replica().accept(bad, new RoundControl());

        assertThat(ahead()).contains(next);
        assertThat(world.holds().current()).isEmpty();
    }

    @Test
    void whatAnOperatorRejectsDoesNotComeBack() {
        SnapshotId second = scheduled(2, 10);
        world.poll();

        world.replica().reject(second);
        world.replica().reject(second);
        world.poll();
        world.sync();

        assertThat(world.holds().current()).isEmpty();
        assertThat(world.content()).isEqualTo(first.toString());
        assertThat(world.store.record().failedAttempt(second).orElseThrow().wanted())
                .isTrue();
        assertThat(world.restore(second).applied()).contains(second);
    }

    @Test
    void rejectingLeavesWhatWasAheadBefore() {
        SnapshotId good = continuous(2, 995);
        world.poll();
        SnapshotId bad = continuous(3, 10);
        world.poll();

        world.replica().reject(bad);

        assertThat(ahead()).contains(good);
        assertThat(world.store.record().failedAttempt(good)).isEmpty();
    }

    @Test
    void anAcceptanceIsRememberedAndMayBeRepeated() {
        SnapshotId second = scheduled(2, 10);
        world.poll();
        world.site.sickWith(second.toString());

        assertThatThrownBy(() -> world.replica().accept(second, new RoundControl()))
                .isInstanceOf(UnderstudyException.class);

        assertThat(world.holds().record().accepted()).contains(second);
        world.replica().accept(second, new RoundControl());
        world.replica().reject(second);
        assertThat(world.holds().record().accepted()).isEmpty();
    }

    @Test
    void refusesWhatIsNotHeldAndSaysWhatIs() {
        SnapshotId second = scheduled(2, 10);
        world.poll();

        assertThatThrownBy(() -> world.replica().accept(new SnapshotId(1, 20), new RoundControl()))
                .isInstanceOfSatisfying(UnderstudyException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN);
                    assertThat(failure).hasMessage("cannot accept 00000001-00000020: it is not held");
                    assertThat(failure.hint()).contains("did you mean " + second + "?");
                });
        assertThatThrownBy(() -> world.replica().reject(first))
                .hasMessage("cannot reject 00000001-00000001: it is live");
    }

    /** Retention deleted it in the filestore, and no round would find it: a restore does. */
    @Test
    void acceptingWhatTheMirrorAloneHasNamesTheWayOut() {
        SnapshotId second = scheduled(2, 10);
        world.poll();
        scheduled(3, 10);
        world.poll();
        world.source.forget(second);

        assertThatThrownBy(() -> world.replica().accept(second, new RoundControl()))
                .isInstanceOfSatisfying(UnderstudyException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN);
                    assertThat(failure.hint()).contains("agent-replica restore " + second);
                });

        assertThat(world.holds().record().accepted()).isEmpty();
        assertThat(world.restore(second).applied()).contains(second);
    }

    @Test
    void anOperatorsRestoreIsNotHeld() {
        SnapshotId second = scheduled(2, 10);
        world.poll();

        assertThat(world.restore(second).applied()).contains(second);
        assertThat(world.holds().current()).isEmpty();
    }

    @Test
    void aQueryThatIsNotTrueHolds() {
        world.holding = limits(false, List.of("select count(*) > 0 from users where is_admin"));
        world.databases.failing(
                List.of("query \"select count(*) > 0 from users where is_admin\" gives false, not true"));
        SnapshotId second = scheduled(2, 1000);

        world.poll();

        assertHeld(second);
        assertThat(held().findings()).extracting(HoldFinding::sign).containsExactly("query");
        world.databases.failing(List.of());
        SnapshotId third = scheduled(3, 1000);
        assertThat(world.poll().applied()).contains(third);
    }

    @Test
    void moreMissingFilesThanBeforeHold() {
        SnapshotId second = world.source.commit(1, 2);
        world.source.numbers(second, 1000, 100, 3);

        world.poll();

        assertHeld(second);
        assertThat(held().why()).isEqualTo("tree media lacks 3 files that rows name, 3 more than before: a.jpg, …");
    }

    @Test
    void otherLimitsJudgeAgain() {
        SnapshotId second = scheduled(2, 10);
        world.poll();

        world.holding = HoldSettings.NONE;

        assertThat(world.poll().applied()).contains(second);
    }

    @Test
    void whatCannotBeComparedIsHeld() {
        world.source.emptyMirror();
        world.source.forget(first);
        SnapshotId second = scheduled(2, 1000);

        world.poll();

        assertHeld(second);
        assertThat(held().why()).contains("cannot be compared with " + first);
    }

    @Test
    void whereTheMirrorWasLostTheAppliedOneIsFetchedAgain() {
        world.source.emptyMirror();
        SnapshotId second = scheduled(2, 990);

        assertThat(world.poll().applied()).contains(second);
    }

    @Test
    void aKillAtAnyPointNeverLetsWhatIsHeldBeServed() {
        for (int point = 0; ; point++) {
            World standby = World.standby();
            standby.state = state.resolve("killed-" + point);
            standby.holding = world.holding;
            SnapshotId applied = standby.source.commit(1, 1);
            standby.source.numbers(applied, 1000, 100, 0);
            standby.sync();
            SnapshotId bad = standby.source.continuous(1, 2, applied);
            standby.source.numbers(bad, 10, 100, 0);
            standby.points.dieAt(point);
            boolean ended = false;
            try {
                standby.poll();
                ended = true;
            } catch (Crash e) {
                assertThat(e).isNotNull();
            }
            standby.points.live();
            assertThat(standby.store.record().ahead()).as("killed at " + point).isEmpty();
            standby.poll();
            assertThat(standby.holds().current().orElseThrow().loaded()).isTrue();
            standby.agent().promotion().promote(new Promotion.Request("test", false, false, false));
            assertThat(standby.content()).as("killed at " + point).isEqualTo(applied.toString());
            if (ended) {
                return;
            }
        }
    }
}

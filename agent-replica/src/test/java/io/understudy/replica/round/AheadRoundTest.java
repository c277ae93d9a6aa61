package io.understudy.replica.round;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.fakes.World;
import io.understudy.replica.state.Ahead;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Continuous snapshots are loaded ahead of what is live, which they do not touch. */
class AheadRoundTest extends StandbyThatLoadsAhead {
    @Test
    void aContinuousSnapshotIsLoadedAheadAndTouchesNothing() {
        SnapshotId next = continuous(2);

        RoundResult result = world.poll();

        assertThat(result.applied()).isEmpty();
        assertThat(result.fetchedBytes()).isEqualTo(1000);
        assertAhead(next);
        Ahead ahead = world.store.record().ahead().orElseThrow();
        assertThat(ahead.moment()).isEqualTo(FakeSource.of(next).moment());
        assertThat(ahead.loaded()).isEqualTo(world.time.clock().instant());
        assertThat(world.source.aheads()).containsExactly(next);
        assertThat(world.source.reported()).containsExactly(first);
        assertThat(world.inspection().look()).isEmpty();
        assertUntouched();
        assertThat(world.databases.content(FakeDatabases.PREVIOUS)).isEqualTo("original");
    }

    @Test
    void whatIsAheadIsNotLoadedAgain() {
        continuous(2);
        world.poll();
        int loads = world.databases.loads();
        int fetches = world.source.fetches();

        assertThat(world.poll().fetchedBytes()).isZero();

        assertThat(world.databases.loads()).isEqualTo(loads);
        assertThat(world.source.fetches()).isEqualTo(fetches);
    }

    @Test
    void theNextOneIsBroughtUpInTheSameDatabase() {
        continuous(2);
        world.poll();
        var database = world.store.record().ahead().orElseThrow().database();

        SnapshotId next = continuous(3);
        world.poll();

        assertAhead(next);
        assertThat(world.store.record().ahead().orElseThrow().database()).isEqualTo(database);
        assertThat(world.databases.names()).hasSize(3);
        assertUntouched();
    }

    @Test
    void aScheduledOneBecomesLiveByWayOfWhatIsAhead() {
        continuous(2);
        world.poll();
        SnapshotId scheduled = world.source.commit(1, 3);

        assertThat(world.poll().applied()).contains(scheduled);

        assertThat(world.content()).isEqualTo(scheduled.toString());
        assertThat(world.store.record().ahead()).isEmpty();
        assertThat(world.databases.content(FakeDatabases.PREVIOUS)).isEqualTo(first.toString());
    }

    @Test
    void aScheduledOneThatWasOvertakenIsNotGoneBackTo() {
        continuous(2);
        world.poll();
        SnapshotId scheduled = world.source.commit(1, 3);
        SnapshotId newest = world.source.continuous(1, 4, scheduled);

        assertThat(world.poll().applied()).contains(newest);

        assertThat(world.content()).isEqualTo(newest.toString());
        SnapshotId later = world.source.continuous(1, 5, scheduled);
        assertThat(world.poll().applied()).isEmpty();
        assertAhead(later);
    }

    @Test
    void theFirstImportIsAWholeOneWhateverItIs() {
        World fresh = World.standby();
        SnapshotId only = fresh.source.continuous(1, 7, null);

        assertThat(fresh.poll().applied()).contains(only);
        assertThat(fresh.store.record().ahead()).isEmpty();
    }

    @Test
    void withoutAnyScheduledOneTheNextAreLoadedAhead() {
        SnapshotId next = world.source.continuous(1, 2, null);
        world.poll();
        assertAhead(next);
    }

    @Test
    void anOperatorWhoAsksGetsTheNewestAndNothingIsLoadedTwice() {
        SnapshotId next = continuous(2);
        world.poll();
        int loads = world.databases.loads();

        assertThat(world.sync().applied()).contains(next);

        assertThat(world.databases.loads()).isEqualTo(loads);
        assertThat(world.content()).isEqualTo(next.toString());
        assertThat(world.store.record().ahead()).isEmpty();
    }

    @Test
    void theSiteIsNotStoppedForEachSnapshotThatFollowsARejectedOne() {
        SnapshotId scheduled = world.source.commit(1, 2);
        SnapshotId bad = world.source.continuous(1, 3, scheduled);
        world.site.sickWith(bad.toString());
        assertFails(ErrorCode.SITE_UNHEALTHY, world::poll);
        assertThat(world.content()).isEqualTo(first.toString());
        starts = world.site.starts();

        SnapshotId next = world.source.continuous(1, 4, scheduled);
        world.poll();

        assertAhead(next);
        assertUntouched();
        SnapshotId due = world.source.commit(1, 5);
        assertThat(world.poll().applied()).contains(due);
    }

    @Test
    void aRejectedOneIsNotLoadedAhead() {
        SnapshotId scheduled = world.source.commit(1, 2);
        world.site.sickWith(scheduled.toString());
        assertFails(ErrorCode.SITE_UNHEALTHY, world::poll);
        int loads = world.databases.loads();

        world.poll();

        assertThat(world.databases.loads()).isEqualTo(loads);
        assertThat(world.store.record().ahead()).isEmpty();
    }

    @Test
    void restoreTakesWhatItWasAskedForAndPassesOverWhatIsAhead() {
        SnapshotId second = world.source.commit(1, 2);
        world.poll();
        SnapshotId ahead = world.source.continuous(1, 3, second);
        world.poll();

        assertThat(world.restore(first).applied()).contains(first);

        assertThat(world.store.record().ahead()).isEmpty();
        assertThat(world.store.record().failedAttempt(ahead))
                .hasValueSatisfying(each -> assertThat(each.rejection()).isTrue());
        assertThat(world.poll().applied()).isEmpty();
        assertThat(world.store.record().ahead()).isEmpty();
        SnapshotId next = world.source.continuous(1, 4, second);
        assertThat(world.poll().applied()).isEmpty();
        assertAhead(next);
        assertThat(world.content()).isEqualTo(first.toString());
    }

    @Test
    void afterARollbackWhatIsNewerIsAheadAgain() {
        SnapshotId second = world.source.commit(1, 2);
        world.poll();
        SnapshotId next = world.source.continuous(1, 3, second);
        world.poll();

        world.agent().intents().rollback();
        world.agent().applier().finish();
        assertThat(world.content()).isEqualTo(first.toString());
        assertThat(world.store.record().ahead()).isEmpty();

        assertThat(world.poll().applied()).isEmpty();
        assertAhead(next);
        assertThat(world.content()).isEqualTo(first.toString());
    }

    @Test
    void whatAPromotedServerLeftBehindIsAheadNoLonger() {
        continuous(2);
        world.poll();
        world.source.claimed(2);

        assertThat(world.poll().waits()).isPresent();

        assertThat(world.store.record().ahead()).isEmpty();
        assertUntouched();
    }

    @Test
    void theCleanUpLeavesWhatIsAhead() {
        SnapshotId next = continuous(2);
        world.poll();
        world.store.change(record -> record.withCleanUpDue(world.time.clock().instant()));

        world.agent().cleanUp().run(() -> false);

        assertAhead(next);
        assertThat(world.store.record().cleanUp()).isEmpty();
    }

    @Test
    void manyOfThemDoNotFloodTheLog() {
        List<Integer> counts = new ArrayList<>();
        AheadReport report = new AheadReport(
                new Events(world.time.clock(), (event, at) -> {
                    if (event instanceof ReplicaEvent.SnapshotsAhead some) {
                        counts.add(some.count());
                    }
                }),
                world.time);
        for (int i = 0; i < 240; i++) {
            report.loaded(first, Instant.EPOCH, Duration.ZERO, "");
            world.time.advance(Duration.ofSeconds(5));
        }
        assertThat(counts).containsExactly(1, 120);
    }
}

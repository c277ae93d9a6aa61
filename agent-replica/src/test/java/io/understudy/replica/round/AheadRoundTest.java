package io.understudy.replica.round;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.fakes.World;
import io.understudy.replica.round.Discrepancy.Subject;
import io.understudy.replica.stage.Stage;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.PlanSet;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.RetryLog;
import io.understudy.replica.state.RetryPolicy;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Continuous snapshots are loaded ahead of what is live, which they do not touch. */
class AheadRoundTest {
    private static final UnderstudyException FULL =
            new UnderstudyException(ErrorCode.DISK_FULL, "no room", "make some");

    private final World world = World.standby();
    private final SnapshotId first = world.source.commit(1, 1);
    private int starts;

    @BeforeEach
    void followAScheduledSnapshot() {
        world.sync();
        starts = world.site.starts();
    }

    private SnapshotId continuous(int sequence) {
        return world.source.continuous(1, sequence, first);
    }

    private void assertAhead(SnapshotId snapshot) {
        assertThat(world.store.record().ahead().map(Ahead::snapshot)).contains(snapshot);
        assertThat(world.store.record().ahead().map(Ahead::database)).isEqualTo(world.databases.holding(snapshot));
    }

    private void assertUntouched() {
        assertThat(world.content()).isEqualTo(first.toString());
        assertThat(world.site.starts()).isEqualTo(starts);
        assertThat(world.marker.named()).contains(first);
        world.assertWhole();
    }

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
    void aLoadThatFailsLeavesWhatIsLiveAndIsTriedAgainLaterAndLaterWhateverComes() {
        List<Instant> attempts = new ArrayList<>();
        world.databases.duringLoad(() -> {
            attempts.add(world.time.clock().instant());
            throw FULL;
        });
        for (int sequence = 2; sequence < 200; sequence++) {
            continuous(sequence);
            try {
                world.poll();
            } catch (UnderstudyException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL);
            }
            world.time.advance(Duration.ofSeconds(5));
        }

        assertThat(attempts).hasSizeBetween(3, 12);
        assertThat(world.store.record().failedAttempts()).hasSize(1);
        assertThat(world.store.record().failures()).isEqualTo(attempts.size());
        assertThat(world.store.record().failedAttempts().get(0).attempts()).isEqualTo(attempts.size());
        assertThat(world.store.record().ahead()).isEmpty();
        assertUntouched();

        world.databases.duringLoad(() -> {});
        world.time.advance(Duration.ofHours(1));
        SnapshotId good = continuous(200);
        world.poll();
        assertAhead(good);
        assertThat(world.store.record().failedAttempts()).isEmpty();
        assertThat(world.store.record().failures()).isZero();
        assertThat(world.store.record().lastError()).isEmpty();
    }

    @Test
    void aLoadThatFailsBeforeItChangesAnythingKeepsWhatIsAhead() {
        SnapshotId good = continuous(2);
        world.poll();
        world.source.damage(continuous(3), ErrorCode.BLOB_DAMAGED);

        assertFails(ErrorCode.BLOB_DAMAGED, world::poll);

        assertAhead(good);
    }

    @Test
    void aDatabaseThatIsBeingChangedIsNotAhead() {
        continuous(2);
        world.poll();
        List<Optional<Ahead>> seen = new ArrayList<>();
        world.databases.duringLoad(() -> {
            seen.add(world.store.record().ahead());
            throw FULL;
        });
        continuous(3);

        assertFails(ErrorCode.DISK_FULL, world::poll);

        assertThat(seen).containsExactly(Optional.empty());
        assertThat(world.store.record().ahead()).isEmpty();
        assertUntouched();
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
    void anotherDatabaseThatIsGoneIsReportedAndLoadedAgain() {
        SnapshotId next = continuous(2);
        world.poll();
        world.databases.server().drop(world.databases.find(FakeDatabases.SPARE).orElseThrow());
        assertThat(world.inspection().look()).extracting(Discrepancy::subject).containsExactly(Subject.AHEAD);
        List<SnapshotId> lost = new ArrayList<>();
        world.events = new Events(world.time.clock(), (event, at) -> {
            if (event instanceof ReplicaEvent.AheadLost gone) {
                lost.add(gone.snapshot());
            }
        });

        world.poll();

        assertThat(lost).containsExactly(next);
        assertAhead(next);
        assertUntouched();
    }

    /** The site ran on it for a moment, and may have written. */
    @Test
    void whatAnApplyTookBackIsSearchedForDriftThoughItIsAhead() {
        SnapshotId second = world.source.commit(1, 2);
        world.site.breakDown();
        assertFails(ErrorCode.COMMAND_FAILED, world::poll);
        world.site.recover();
        world.time.advance(Duration.ofHours(1));
        world.stage = (manifest, blobs, progress) -> {
            throw FULL;
        };

        assertFails(ErrorCode.DISK_FULL, world::poll);

        assertAhead(second);
        assertThat(world.store.record().ahead())
                .hasValueSatisfying(each -> assertThat(each.neverLive()).isFalse());
        continuous(3);
        world.time.advance(Duration.ofHours(1));
        world.poll();
        assertThat(world.store.record().ahead())
                .hasValueSatisfying(each -> assertThat(each.neverLive()).isTrue());
    }

    /** Loads ahead come faster than an inspection of many tables takes. */
    @Test
    void whatIsDamagedIsFoundWhileALoadAheadMovesOn() {
        continuous(2);
        world.poll();
        world.databases.lose(List.of("public.note"));
        world.stage = new Stage() {
            @Override
            public PlanSet prepare(Manifest manifest, BlobSource blobs, Progress progress) {
                return world.trees.prepare(manifest, blobs, progress);
            }

            @Override
            public List<String> lacking(Manifest applied, BlobSource blobs) {
                world.store.change(ReplicaRecord::withoutAhead);
                return List.of();
            }
        };

        assertThat(world.inspection().look()).extracting(Discrepancy::subject).containsExactly(Subject.DATABASE);
    }

    @Test
    void whatNoLoadMendsIsReportedOnceWhileTheyCome() {
        world.source.commit(1, 2);
        world.poll();
        world.databases
                .server()
                .drop(world.databases.find(FakeDatabases.PREVIOUS).orElseThrow());
        List<String> problems = new ArrayList<>();
        world.events = new Events(world.time.clock(), (event, at) -> {
            if (event instanceof ReplicaEvent.DiscrepancyFound found) {
                problems.add(found.problem());
            }
        });
        Round round = world.agent().round();
        for (int sequence = 3; sequence < 30; sequence++) {
            world.source.continuous(1, sequence, new SnapshotId(1, 2));
            assertThat(round.run(ImportRequest.newest(), new RoundControl()).left())
                    .extracting(Discrepancy::subject)
                    .containsExactly(Subject.PREVIOUS);
            world.time.advance(Duration.ofSeconds(5));
        }

        assertThat(problems).hasSize(1);
    }

    /** Each of them takes the whole database, and while it runs nothing is ahead. */
    @Test
    void loadsInFullAreFarApart() {
        world.databases.duringLoad(() -> world.time.advance(Duration.ofMinutes(1)));
        Round round = world.agent().round();
        int before = world.databases.loads();
        for (int sequence = 2; sequence < 30; sequence++) {
            continuous(sequence);
            world.source.emptyMirror();
            round.run(ImportRequest.newest(), new RoundControl());
            world.time.advance(Duration.ofSeconds(5));
        }
        assertThat(world.databases.loads()).isEqualTo(before + 2);

        world.time.advance(Duration.ofMinutes(10));
        round.run(ImportRequest.newest(), new RoundControl());
        assertAhead(new SnapshotId(1, 29));
    }

    /** A standby without announcements looks every second. */
    @Test
    void aLookCountsForAWhileUnlessDamageWasSeenSince() {
        List<Instant> looks = new ArrayList<>();
        world.stage = new Stage() {
            @Override
            public PlanSet prepare(Manifest manifest, BlobSource blobs, Progress progress) {
                return world.trees.prepare(manifest, blobs, progress);
            }

            @Override
            public List<String> lacking(Manifest applied, BlobSource blobs) {
                looks.add(world.time.clock().instant());
                return world.trees.lacking(applied, blobs);
            }
        };
        SeenDamage damage = new SeenDamage();
        Discovery discovery = new Discovery(
                world.store,
                world.source,
                world.inspection(),
                new AnnouncedName(),
                damage,
                new RetryLog(world.time.clock(), new RetryPolicy(new Random(1))),
                Events.none(),
                world.time.clock(),
                world.time);
        for (int second = 0; second < 60; second++) {
            discovery.look(ImportRequest.newest(), discovery.selector());
            world.time.advance(Duration.ofSeconds(1));
        }
        assertThat(looks).hasSize(4);

        world.databases.lose(List.of("public.note"));
        damage.note();
        assertThat(discovery.look(ImportRequest.newest(), discovery.selector()).found())
                .isNotEmpty();
        discovery.look(ImportRequest.newest(), discovery.selector());
        discovery.look(ImportRequest.now(), discovery.selector());
        assertThat(looks).hasSize(7);
    }

    @Test
    void aServerThatIsAwayLosesNothing() {
        SnapshotId next = continuous(2);
        world.poll();
        world.databases.goDown(true);
        assertThat(world.inspection().look()).extracting(Discrepancy::subject).containsExactly(Subject.SERVER);
        assertFails(ErrorCode.DATABASE_UNREACHABLE, world::poll);
        world.databases.goDown(false);
        world.time.advance(Duration.ofHours(1));

        world.poll();

        assertAhead(next);
    }

    @Test
    void whatIsAheadHealsWhatIsDamagedAlsoWhileTheFilestoreIsAway() {
        SnapshotId next = continuous(2);
        world.poll();
        int loads = world.databases.loads();
        world.databases.lose(List.of("public.note"));
        world.source.goDown();

        assertThat(world.poll().applied()).contains(next);

        assertThat(world.databases.loads()).isEqualTo(loads);
        assertThat(world.content()).isEqualTo(next.toString());
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
    void olderDataUnderAHigherNumberIsNotLoadedAhead() {
        SnapshotId next = continuous(5);
        world.poll();
        continuous(6);
        world.source.momentOf(
                new SnapshotId(1, 6), FakeSource.of(new SnapshotId(1, 3)).moment());

        assertThat(world.store.record().failedAttempts()).isEmpty();
        assertFails(ErrorCode.SNAPSHOT_OLDER, world::poll);

        assertAhead(next);
        assertThat(world.store.record().failedAttempts())
                .extracting(FailedAttempt::code)
                .containsExactly(ErrorCode.SNAPSHOT_OLDER);
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

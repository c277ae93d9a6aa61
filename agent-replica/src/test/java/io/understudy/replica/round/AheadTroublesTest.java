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
import org.junit.jupiter.api.Test;

/** What fails, is lost or damaged while continuous snapshots are loaded ahead. */
class AheadTroublesTest extends StandbyThatLoadsAhead {
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
        assertThat(world.store.record().spare().neverLive()).isEmpty();
        continuous(3);
        world.time.advance(Duration.ofHours(1));
        world.poll();
        assertThat(world.store.record().spare().neverLive())
                .isEqualTo(world.store.record().ahead().map(Ahead::database));
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
        // The first one had no database to begin with.
        assertThat(world.databases.loads()).isEqualTo(before + 3);

        world.time.advance(Duration.ofMinutes(10));
        round.run(ImportRequest.newest(), new RoundControl());
        assertAhead(new SnapshotId(1, 29));
    }

    /** Each import of a new standby may leave it without one. */
    @Test
    void loadsInFullThatHadNoDatabaseToBeginWithDelayNoOtherOne() {
        world.databases.duringLoad(() -> world.time.advance(Duration.ofMinutes(1)));
        Round round = world.agent().round();
        for (int sequence = 2; sequence < 6; sequence++) {
            SnapshotId next = continuous(sequence);
            round.run(ImportRequest.newest(), new RoundControl());
            assertAhead(next);
            world.databases
                    .server()
                    .drop(world.databases.find(FakeDatabases.SPARE).orElseThrow());
        }
    }

    /** A standby without announcements looks every second. */
    @Test
    void aLookCountsForAWhileUnlessDamageWasSeenSince() {
        List<Instant> looks = new ArrayList<>();
        world.stage = counting(looks);
        SeenDamage damage = new SeenDamage();
        Discovery discovery = new Discovery(
                world.store,
                world.source,
                world.inspection(),
                world.holds(),
                new AnnouncedName(),
                damage,
                new RetryLog(world.time.clock(), new RetryPolicy(new Random(1))),
                Events.none(),
                world.time.clock(),
                world.time);
        for (int second = 0; second < 58; second++) {
            discovery.look(ImportRequest.newest(), discovery.selector());
            world.time.advance(Duration.ofSeconds(1));
        }
        assertThat(looks).hasSize(4);
        world.source.commit(1, 3);
        assertThat(discovery.look(ImportRequest.newest(), discovery.selector()).choice())
                .as("to become live")
                .isPresent();
        assertThat(looks).hasSize(4);

        world.databases.lose(List.of("public.note"));
        damage.note();
        assertThat(discovery.look(ImportRequest.newest(), discovery.selector()).found())
                .isNotEmpty();
        discovery.look(ImportRequest.newest(), discovery.selector());
        discovery.look(ImportRequest.now(), discovery.selector());
        assertThat(looks).hasSize(7);
    }

    /** Both sites are down until it is served. */
    @Test
    void theFinalSnapshotOfASwitchoverIsServedBeforeTheNextLook() {
        List<Instant> looks = new ArrayList<>();
        world.stage = counting(looks);
        world.source.commit(1, 2);
        world.sync();
        assertThat(looks).as("before and after it").hasSize(2);
        world.source.shutdown(1, 3, true);
        world.sync();
        assertThat(looks).hasSize(4);

        world.source.finalFor(1, 4, "standby");
        world.sync();
        assertThat(looks).hasSize(5);
        world.sync();
        assertThat(looks).hasSize(6);
    }

    private Stage counting(List<Instant> looks) {
        return new Stage() {
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
}

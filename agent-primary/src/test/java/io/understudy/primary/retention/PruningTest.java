package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.filestore.Content;
import io.understudy.primary.capture.DeletionLock;
import io.understudy.progress.Progress;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.SnapshotId;
import io.understudy.site.MarkerContent;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruningTest {
    private static final Duration GRACE = Duration.ofHours(24);
    private static final RetentionSettings LAST_TWO = new RetentionSettings(Map.of("hourly", 2), 1, GRACE, true);

    @TempDir
    Path folder;

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore filestore = new InMemoryFilestore(time);
    private final Whole whole = new Whole(filestore);
    private final List<String> heard = new ArrayList<>();
    private final RetentionEvents events = new RetentionEvents() {
        @Override
        public void deleted(Decision decision) {
            heard.add("deleted " + decision.snapshot());
        }

        @Override
        public void pruned(Pruned pruned) {
            heard.add("pruned " + pruned.deleted() + " of " + pruned.decisions().size());
        }

        @Override
        public void failed(UnderstudyException why) {
            heard.add("failed " + why.code().label());
        }
    };
    private Server server;

    @BeforeEach
    void fiveHours() {
        Server.create(filestore, time);
        server = server(time);
        server.claim(1);
        for (int hour = 1; hour <= 5; hour++) {
            server.words("common", "word " + hour);
            server.take("hourly");
            time.advance(Duration.ofHours(1));
        }
    }

    @Test
    void deletesTheManifestsAtOnceAndTheirContentWhenItIsOld() {
        int before = whole.blobs().size();
        Pruned first = prune();

        assertThat(snapshots()).containsExactly(id(4), id(5));
        assertThat(first.deleted()).isEqualTo(3);
        assertThat(first.kept()).isEqualTo(2);
        assertThat(first.swept()).isEqualTo(Swept.NOTHING);
        assertThat(whole.blobs()).hasSize(before);
        assertThat(heard).containsExactly("deleted " + id(1), "deleted " + id(2), "deleted " + id(3), "pruned 3 of 5");

        time.advance(GRACE);
        Pruned second = prune();

        assertThat(second.deleted()).isZero();
        // A word, an index and the rows of each of the three.
        assertThat(second.swept().blobs()).isEqualTo(9);
        assertThat(second.swept().bytes()).isPositive();
        assertThat(whole.blobs()).isEqualTo(whole.needed());
        whole.check();
    }

    @Test
    void oldContentGoesWithItsManifestInOnePass() {
        time.advance(GRACE);

        assertThat(prune().swept().blobs()).isEqualTo(9);
        assertThat(whole.blobs()).isEqualTo(whole.needed());
    }

    @Test
    void theStoresClockTellsTheAge() {
        time.advance(GRACE);
        // Ours is a year ahead of the one that stamps the objects.
        FakeTicker ahead = new FakeTicker(time.now().plus(Duration.ofDays(365)));
        Server fast = server(ahead);
        server.words("left behind by a snapshot that failed");
        server.database.during(() -> {
            throw new UnderstudyException(ErrorCode.DATABASE_FAILED, "cannot read", "test");
        });
        catchThrowableOfType(UnderstudyException.class, () -> server.take("hourly"));
        Set<String> before = whole.blobs();

        fast.prune(new RetentionSettings(Map.of("hourly", 9), 1, GRACE, true));

        assertThat(whole.blobs()).isEqualTo(before);
    }

    @Test
    void contentOfASnapshotThatFailedStaysForTheNextOneUntilItIsOld() {
        server.words("common", "word 5", "half uploaded");
        filestore.inject(Faults.first(
                Operation.PUT_IF_ABSENT, key -> key.startsWith("manifests/"), new Fail(ErrorCode.FILESTORE_FAILED)));
        catchThrowableOfType(UnderstudyException.class, () -> server.take("hourly"));

        prune();
        assertThat(whole.blobs().size()).isGreaterThan(whole.needed().size());

        time.advance(GRACE.plusSeconds(1));
        prune();
        assertThat(whole.blobs()).isEqualTo(whole.needed());
    }

    @Test
    void leavesAloneWhatItDoesNotKnow() {
        List<String> foreign = List.of(
                "blobs/readme.txt",
                "blobs/ab/" + "cd".repeat(32) + ".zst",
                "blobs/ab/" + "ab".repeat(32) + ".zst.age",
                "manifests/note.json",
                "elsewhere/" + "ab".repeat(32) + ".zst");
        foreign.forEach(key -> filestore.put(key, Content.of(new byte[] {1})));
        time.advance(GRACE.multipliedBy(10));

        prune();
        assertThat(filestore.keys()).containsAll(foreign);
    }

    @Test
    void aHeldSnapshotKeepsItsContent() {
        report("standby-1", id(2));
        time.advance(GRACE);

        prune();
        assertThat(snapshots()).containsExactly(id(2), id(4), id(5));
        whole.check();
    }

    @Test
    void aReaderThatComesWhileMarkingCounts() {
        hook(Operation.OPEN, id(5).key(), () -> report("standby-1", id(1)));

        prune();
        assertThat(snapshots()).containsExactly(id(1), id(4), id(5));
    }

    @Test
    void aSnapshotThatIsCommittedWhileMarkingCountsAndSendsNoOtherAway() {
        time.advance(GRACE);
        hook(Operation.PUT, "retention.json", () -> {
            server.words("common", "word 1");
            server.take("hourly");
        });

        Pruned pruned = prune();

        assertThat(snapshots()).containsExactly(id(4), id(5), id(6));
        assertThat(pruned.decisions().get(3).text()).isEqualTo("kept: superfluous since just now: the next time");
        whole.check();
    }

    @Test
    void anythingUnreadableStopsItBeforeAnythingIsDeleted() {
        time.advance(GRACE);
        byte[] sound = bytes(id(3).key());
        filestore.put(id(3).key(), Content.of(sound, sound.length / 2));

        UnderstudyException damaged = failure(this::prune);
        assertThat(damaged.code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
        assertThat(damaged).hasMessageStartingWith("cannot prune while a snapshot cannot be read: ");
        assertThat(damaged.hint()).contains("remove its object under manifests/");
        assertThat(snapshots()).hasSize(5);

        filestore.put(id(3).key(), Content.of(sound));
        String index = server.repository()
                .read(id(5))
                .trees()
                .get(0)
                .index()
                .blobs()
                .get(0)
                .id()
                .key();
        filestore.delete(index);
        UnderstudyException missing = failure(this::prune);
        assertThat(missing.code()).isEqualTo(ErrorCode.BLOB_MISSING);
        assertThat(missing).hasMessageContaining("cannot tell what content snapshot " + id(5) + " needs");
        assertThat(snapshots()).hasSize(5);
        assertThat(heard).containsExactly("failed manifest_damaged", "failed blob_missing");
    }

    @Test
    void aReportThatCannotBeReadStopsItToo() {
        filestore.put("replicas/standby-1.json", Content.of(new byte[] {'{'}));

        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.STATE_DAMAGED);
        assertThat(snapshots()).hasSize(5);
    }

    @Test
    void anIndexThatCannotBeReadWhileSweepingEndsTheSweep() {
        time.advance(GRACE);
        Set<String> before = whole.blobs();
        hook(Operation.LIST, "blobs/", () -> {
            server.words("committed during the mark");
            SnapshotId snapshot = server.take("manual");
            filestore.delete(server.repository()
                    .read(snapshot)
                    .trees()
                    .get(0)
                    .index()
                    .blobs()
                    .get(0)
                    .id()
                    .key());
        });

        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.BLOB_MISSING);
        assertThat(whole.blobs()).containsAll(before);
    }

    @Test
    void onlyTheOneThatMayPublishPrunes() {
        server.marker.write(new MarkerContent(Server.SITE, "test", Optional.empty(), time.now()));
        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.BACKUP_MODE);
        server.marker.remove();

        Server never = new Server("c", folder, filestore, time, time);
        assertThat(failure(() -> never.prune(LAST_TWO)).code()).isEqualTo(ErrorCode.FENCED);

        new Server("b", folder, filestore, time, time).claim(2);
        assertThat(failure(this::prune))
                .hasMessageStartingWith("cannot publish into memory:")
                .extracting(UnderstudyException::code)
                .isEqualTo(ErrorCode.FENCED);
        assertThat(snapshots()).hasSize(5);
    }

    @Test
    void whoeverIsFencedWhileSweepingStops() {
        time.advance(GRACE);
        Set<String> before = whole.blobs();
        hook(Operation.LIST, "blobs/", () -> new Server("b", folder, filestore, time, time).claim(2));

        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.FENCED);
        assertThat(whole.blobs()).isEqualTo(before);
    }

    @Test
    void oneAtATime() {
        ProcessLock held =
                ProcessLock.tryAcquire(server.state.resolve(Pruning.LOCK)).orElseThrow();
        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.LOCKED);
        held.close();
        prune();
    }

    @Test
    void deletesNoContentWhileASnapshotIsTaken() {
        time.advance(GRACE);
        List<Integer> blobs = new ArrayList<>();
        ProcessLock snapshot =
                new DeletionLock(server.state, time).forDeletion().orElseThrow();
        Server waiting = server(sleeping(() -> {
            blobs.add(whole.blobs().size());
            if (blobs.size() == 3) {
                snapshot.close();
            }
        }));

        waiting.prune(LAST_TWO);

        // Three looks a second apart, and one pause when all was done.
        assertThat(blobs).hasSize(4);
        assertThat(blobs.subList(0, 3)).containsOnly(blobs.get(0));
        assertThat(blobs.get(3)).isEqualTo(blobs.get(0) - 9);
    }

    @Test
    void aSnapshotWaitsForTheTurnToEndAndGivesUpAfterAMinute() {
        DeletionLock lock = new DeletionLock(server.state, time);
        ProcessLock turn = lock.forDeletion().orElseThrow();
        UnderstudyException busy = failure(() -> server.take("hourly"));
        assertThat(busy.code()).isEqualTo(ErrorCode.LOCKED);
        assertThat(busy).hasMessageContaining("is deleting content");

        int[] looks = {0};
        Server waiting = server(sleeping(() -> {
            if (++looks[0] == 5) {
                turn.close();
            }
        }));
        waiting.take("hourly");
        assertThat(looks[0]).isEqualTo(5);
        assertThat(lock.forDeletion()).hasValueSatisfying(ProcessLock::close);
    }

    @Test
    void anInterruptStopsIt() {
        time.advance(GRACE);
        hook(Operation.LIST, "blobs/", () -> Thread.currentThread().interrupt());

        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(Thread.interrupted()).isTrue();
        whole.check();
        prune();
        assertThat(whole.blobs()).isEqualTo(whole.needed());
    }

    @Test
    void aLargeSweepTakesTurns() {
        server.words(
                java.util.stream.IntStream.range(0, 1100).mapToObj(i -> "w" + i).toArray(String[]::new));
        server.take("hourly");
        for (int i = 0; i < 2; i++) {
            server.words("few");
            server.take("hourly");
            time.advance(Duration.ofHours(1));
        }
        time.advance(GRACE);
        int pauses = time.pauses().size();

        Swept swept = prune().swept();

        assertThat(swept.blobs()).isGreaterThan(1100);
        assertThat(time.pauses().size() - pauses).isEqualTo(2);
        assertThat(whole.blobs()).isEqualTo(whole.needed());
    }

    @Test
    void aSlowStoreMakesTurnsShort() {
        time.advance(GRACE);
        filestore.inject((operation, key) -> operation == Operation.DELETE && key.startsWith("blobs/")
                ? new Faults.Delay(Duration.ofMillis(400))
                : new Faults.None());

        assertThat(prune().swept().blobs()).isEqualTo(9);
        // Three deletions fill a second.
        assertThat(time.pauses().stream().filter(Duration.ofMillis(100)::equals))
                .hasSize(3);
    }

    @Test
    void explainsWithoutTouchingAnything() {
        time.advance(GRACE);
        List<String> keys = filestore.keys();
        int puts = filestore.count(Operation.PUT);
        Pruned would = server.pruning(LAST_TWO, events).explain(Progress.none());

        assertThat(would.dryRun()).isTrue();
        assertThat(would.decisions())
                .extracting(Decision::text)
                .containsExactly(
                        "delete: hourly beyond the newest 2",
                        "delete: hourly beyond the newest 2",
                        "delete: hourly beyond the newest 2",
                        "kept: hourly 2 of 2",
                        "kept: newest; hourly 1 of 2");
        assertThat(would.refused()).isEmpty();
        assertThat(filestore.keys()).isEqualTo(keys);
        assertThat(filestore.count(Operation.PUT)).isEqualTo(puts);
        assertThat(filestore.count(Operation.DELETE)).isZero();
        assertThat(heard).isEmpty();

        assertThat(prune()).isEqualTo(new Pruned(false, would.decisions(), would.swept(), Optional.empty()));
    }

    @Test
    void explainsOnAStandbyAndWhatWouldStopIt() {
        server.marker.write(new MarkerContent(Server.SITE, "test", Optional.empty(), time.now()));
        String index = server.repository()
                .read(id(5))
                .trees()
                .get(0)
                .index()
                .blobs()
                .get(0)
                .id()
                .key();
        filestore.delete(index);
        Pruned without = server.pruning(LAST_TWO, events).explain(Progress.none());
        assertThat(without.refused()).map(UnderstudyException::code).contains(ErrorCode.BLOB_MISSING);

        filestore.put(id(3).key(), Content.of(new byte[] {'{'}));
        Pruned damaged = server.pruning(LAST_TWO, events).explain(Progress.none());
        assertThat(damaged.refused()).map(UnderstudyException::code).contains(ErrorCode.MANIFEST_DAMAGED);
        assertThat(damaged.decisions().get(2).text()).startsWith("kept: cannot be read: ");

        filestore.inject(Faults.always(new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure(() -> server.pruning(LAST_TWO, events).explain(Progress.none()))
                        .code())
                .isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    @Test
    void isDueOnceADayUnlessTheOperatorDoesItByHand() {
        Pruning pruning = server.pruning(LAST_TWO, events);
        assertThat(pruning.isDue()).isTrue();
        prune();
        assertThat(pruning.isDue()).isFalse();
        time.advance(Duration.ofHours(19));
        assertThat(pruning.isDue()).isFalse();
        time.advance(Duration.ofHours(1));
        assertThat(pruning.isDue()).isTrue();

        assertThat(server.pruning(new RetentionSettings(Map.of(), 1, GRACE, false), events)
                        .isDue())
                .isFalse();
        server.marker.write(new MarkerContent(Server.SITE, "test", Optional.empty(), time.now()));
        assertThat(pruning.isDue()).isFalse();
    }

    private Pruned prune() {
        return server.pruning(LAST_TWO, events).prune(Progress.none());
    }

    private Server server(Ticker ticker) {
        return new Server("a", folder, filestore, ticker instanceof FakeTicker fake ? fake : time, ticker);
    }

    /** The test's time, in which something happens during each sleep. */
    private Ticker sleeping(Runnable during) {
        return new Ticker() {
            @Override
            public long nanos() {
                return time.nanos();
            }

            @Override
            public void sleep(Duration pause) throws InterruptedException {
                during.run();
                time.sleep(pause);
            }
        };
    }

    /** Before the next such operation on this key something happens, once. */
    private void hook(Operation operation, String key, Runnable action) {
        filestore.inject((op, on) -> {
            if (op == operation && on.equals(key)) {
                filestore.inject(Faults.none());
                action.run();
            }
            return new Faults.None();
        });
    }

    private void report(String replica, SnapshotId held) {
        server.repository()
                .reports()
                .write(new ReplicaReport(
                        replica,
                        Optional.empty(),
                        Optional.empty(),
                        List.of(held),
                        Optional.empty(),
                        time.now(),
                        "0.1.0"));
    }

    private byte[] bytes(String key) {
        try (java.io.InputStream in = filestore.open(key, 0)) {
            return in.readAllBytes();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private List<SnapshotId> snapshots() {
        return server.repository().list();
    }

    private static UnderstudyException failure(ThrowingCallable action) {
        return catchThrowableOfType(UnderstudyException.class, action);
    }

    private static SnapshotId id(int sequence) {
        return new SnapshotId(1, sequence);
    }
}

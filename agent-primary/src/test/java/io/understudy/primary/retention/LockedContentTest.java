package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.S3Options.Lock;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.ContentLock;
import io.understudy.progress.Progress;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Snapshots and prunings on a store that locks content. The store of these tests fails the test when something is
 * deleted that is locked.
 */
class LockedContentTest {
    /** Of which a half is due each day. */
    private static final Duration LENGTH = Duration.ofDays(8);

    private static final RetentionSettings LAST =
            new RetentionSettings(Map.of("daily", 1), 1, Duration.ofHours(24), true);

    @TempDir
    private Path folder;

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore filestore = new InMemoryFilestore(time);
    private Server server;

    @BeforeEach
    void start() {
        Server.create(filestore, time);
        filestore.lockContent(new Lock(LENGTH, false));
        server = new Server("a", folder, filestore, time, time);
        server.claim(1);
    }

    private SnapshotId take(int day) {
        server.words("common", "always", "word " + day);
        return server.take("daily");
    }

    private Instant lockOf(String key) {
        ContentLock lock = filestore.lock().orElseThrow();
        return lock.until(key).orElse(Instant.MIN);
    }

    /** The earliest end of a lock of what the snapshot needs. */
    private Instant firstUnlocked(SnapshotId snapshot) {
        return blobs(snapshot).stream()
                .map(this::lockOf)
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** Days on which nothing runs are among them. */
    @Test
    void whatASnapshotUsesIsLockedForTheFullLengthAfterIt() {
        for (int day : List.of(1, 2, 3, 4, 7, 8, 9, 15, 16, 40, 41)) {
            time.advance(Duration.between(time.now(), Instant.EPOCH.plus(Duration.ofDays(30_000 + day))));
            SnapshotId taken = take(day);
            Instant promised = time.now().plus(LENGTH);
            assertThat(lockOf(taken.key())).isAfterOrEqualTo(promised);
            assertThat(firstUnlocked(taken)).as("day " + day).isAfterOrEqualTo(promised);
            server.prune(LAST);
        }
    }

    @Test
    void eachDayExtendsAPartAndNotAll() {
        for (int day = 1; day <= 2; day++) {
            take(day);
            time.advance(Duration.ofDays(1));
        }
        int before = filestore.count(Operation.LOCK);
        SnapshotId taken = take(3);
        int blobs = SnapshotBlobs.of(
                        server.repository().read(taken), server.repository().blobs())
                .size();
        assertThat(filestore.count(Operation.LOCK) - before).isBetween(1, blobs);
        int first = filestore.count(Operation.LOCK);
        take(3);
        assertThat(filestore.count(Operation.LOCK) - first)
                .as("a second one on that day: its manifest")
                .isEqualTo(1);
    }

    @Test
    void pruneLeavesWhatIsLockedAndSaysUntilWhen() {
        SnapshotId old = take(1);
        time.advance(Duration.ofDays(2));
        take(2);
        Pruned early = server.prune(LAST);
        assertThat(early.deleted()).isZero();
        assertThat(early.decisions().get(0).text()).startsWith("kept: locked until 20");
        assertThat(server.pruning(LAST, Events.none())
                        .explain(Progress.none())
                        .get(0)
                        .deleted())
                .isZero();

        time.advance(Duration.between(time.now(), lockOf(old.key())));
        Pruned later = server.prune(LAST);
        assertThat(later.decisions().get(0).kept()).isFalse();
        assertThat(server.repository().list()).doesNotContain(old);
        assertThat(later.swept().blobs())
                .as("its own content was locked with it")
                .isPositive();
    }

    /** Its age does not say that it is locked: the store is asked. */
    @Test
    void contentThatIsLockedLongerThanItsSnapshotStaysUntilThen() {
        SnapshotId old = take(1);
        Set<String> itsOwn = new HashSet<>(blobs(old));
        time.advance(Duration.ofDays(1));
        itsOwn.removeAll(blobs(take(2)));
        time.advance(Duration.ofDays(9));
        ContentLock lock = filestore.lock().orElseThrow();
        itsOwn.forEach(lock::extend);
        Instant end = lockOf(itsOwn.iterator().next());
        time.advance(Duration.between(time.now(), lockOf(old.key())));

        Pruned pruned = server.prune(LAST);
        assertThat(server.repository().list()).doesNotContain(old);
        assertThat(pruned.swept()).isEqualTo(new SweepResult(0, 0, itsOwn.size(), Optional.of(end)));
        time.advance(Duration.between(time.now(), end));
        assertThat(server.prune(LAST).swept().blobs()).isEqualTo(itsOwn.size());
    }

    private Set<String> blobs(SnapshotId snapshot) {
        Repository repository = server.repository();
        return SnapshotBlobs.of(repository.read(snapshot), repository.blobs()).ids(id -> true).stream()
                .map(id -> id.key())
                .collect(Collectors.toSet());
    }

    @Test
    void aLockThatFailsIsMadeUpForAndTheSnapshotStands() {
        filestore.inject(
                Faults.first(Operation.LOCK, key -> key.startsWith("blobs/"), new Fail(ErrorCode.FILESTORE_DENIED)));
        SnapshotId first = take(1);
        assertThat(server.repository().list()).contains(first);
        assertThat(lockOf(first.key())).isAfter(time.now());
        int before = filestore.count(Operation.LOCK);
        take(1);
        assertThat(filestore.count(Operation.LOCK) - before)
                .as("all are due still")
                .isGreaterThan(2);
    }
}

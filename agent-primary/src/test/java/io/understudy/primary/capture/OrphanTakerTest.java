package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.OrphanTaker.Saved;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Manifest;
import io.understudy.repository.ReferencedBlobs;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrphanTakerTest {
    private static final SnapshotId SHIPPED = new SnapshotId(1, 1);
    private static final SnapshotId ORPHAN = new SnapshotId(1, 2);

    @TempDir
    Path folder;

    private PrimaryFixture primary;

    @BeforeEach
    void shipped() {
        primary = new PrimaryFixture(folder);
        primary.taker(Events.none()).take(SnapshotRequest.of(List.of()), Progress.none());
    }

    @Test
    void savesWhatWasNeverShippedAndNoReaderOfSnapshotsSeesIt() throws Exception {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        Files.writeString(primary.media.resolve("b.txt"), "never shipped");
        primary.promoteAnother(2);

        Saved saved = save();

        Manifest orphan = saved.orphan().orElseThrow();
        assertThat(orphan.snapshot()).isEqualTo(ORPHAN);
        assertThat(saved.existed()).isFalse();
        assertThat(saved.shipped()).contains(SHIPPED);
        assertThat(orphan.totals().rows()).isEqualTo(2);
        assertThat(orphan.totals().entries()).isEqualTo(2);
        assertThat(primary.repository.list()).containsExactly(SHIPPED);
        assertThat(primary.repository.newest()).contains(SHIPPED);
        assertThat(primary.repository.orphans().list()).containsExactly(ORPHAN);
        assertThat(new Verification(2)
                        .verify(primary.repository.orphans(), ORPHAN, Progress.none())
                        .blobs())
                .isPositive();
    }

    @Test
    void savesNothingWhereNothingDiffers() {
        primary.promoteAnother(2);

        Saved saved = save();

        assertThat(saved.orphan()).isEmpty();
        assertThat(saved.shipped()).contains(SHIPPED);
        assertThat(primary.repository.orphans().list()).isEmpty();
    }

    /** As after a crash of what asked for it. */
    @Test
    void findsWhatAnEarlierRunSaved() {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        primary.promoteAnother(2);
        save();

        Saved again = save();

        assertThat(again.existed()).isTrue();
        assertThat(again.orphan().map(Manifest::snapshot)).contains(ORPHAN);
        assertThat(primary.repository.orphans().list()).containsExactly(ORPHAN);
    }

    @Test
    void savesAnotherWhereTheSiteWroteSince() {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        primary.promoteAnother(2);
        save();
        primary.database.rows("1\tfirst", "2\tnever shipped", "3\tlater");

        assertThat(save().existed()).isFalse();
        assertThat(primary.repository.orphans().list()).containsExactly(ORPHAN, new SnapshotId(1, 3));
    }

    @Test
    void refusesAServerWhoseEpochIsNotOver() {
        assertCode(this::save, ErrorCode.USAGE);
        assertThat(primary.repository.orphans().list()).isEmpty();
    }

    /** What is there may have been imported. */
    @Test
    void refusesAServerInBackupModeUnlessItsCallerKnows() {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        primary.promoteAnother(2);
        primary.enterBackupMode();

        assertCode(this::save, ErrorCode.BACKUP_MODE);
        assertThat(primary.orphanTaker().save(Set.of(), true, Progress.none()).orphan())
                .isPresent();
    }

    /** After a month retention has deleted the last snapshot of the old epoch, and its content. */
    @Test
    void savesAllWhereWhatItShippedIsGone() {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        primary.promoteAnother(2);
        primary.repository.delete(SHIPPED);
        deleteBlobs();

        Saved saved = save();

        assertThat(saved.shipped()).isEmpty();
        new Verification(2)
                .verify(
                        primary.repository.orphans(),
                        saved.orphan().orElseThrow().snapshot(),
                        Progress.none());
    }

    /** A broken download looks like damage: an orphan that is whole stays. */
    @Test
    void keepsWhatAnEarlierRunSavedThoughItsContentIsReadBrokenOnce() {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        primary.promoteAnother(2);
        save();
        AtomicBoolean looked = new AtomicBoolean();
        AtomicBoolean broken = new AtomicBoolean();
        AtomicBoolean deleted = new AtomicBoolean();
        primary.filestore.inject((operation, key) -> {
            boolean orphan = key.startsWith("orphans/");
            looked.compareAndSet(false, operation == Operation.STAT && orphan);
            deleted.compareAndSet(false, operation == Operation.DELETE && orphan);
            return looked.get()
                            && operation == Operation.OPEN
                            && key.startsWith("blobs/")
                            && broken.compareAndSet(false, true)
                    ? new Faults.Truncate(3)
                    : new Faults.None();
        });

        assertThat(save().existed()).isTrue();

        assertThat(broken).isTrue();
        assertThat(deleted).isFalse();
        assertThat(primary.repository.orphans().list()).containsExactly(ORPHAN);
    }

    /** Retention on the new primary deletes its base after it was read, and content with it. */
    @Test
    void savesOnceMoreWhereItsBaseWasDeletedInTheMeantime() {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        primary.promoteAnother(2);
        primary.time.advance(Duration.ofDays(2));
        AtomicBoolean deleted = new AtomicBoolean();
        primary.filestore.inject((operation, key) -> {
            if (operation == Operation.PUT_IF_ABSENT
                    && key.startsWith("orphans/")
                    && deleted.compareAndSet(false, true)) {
                primary.repository.delete(SHIPPED);
                deleteOlder(primary.time.now().minus(Duration.ofDays(1)));
            }
            return new Faults.None();
        });

        SnapshotId saved = save().orphan().orElseThrow().snapshot();

        assertThat(primary.repository.orphans().list()).containsExactly(saved);
        new Verification(2).verify(primary.repository.orphans(), saved, Progress.none());
    }

    /** What is here is whole, whatever the filestore has lost of what was shipped. */
    @Test
    void savesAllWhereTheFilestoreLostContentOfWhatWasShipped() {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        primary.promoteAnother(2);
        deleteBlobs();

        SnapshotId saved = save().orphan().orElseThrow().snapshot();

        assertThat(primary.repository.orphans().list()).containsExactly(saved);
        new Verification(2).verify(primary.repository.orphans(), saved, Progress.none());
    }

    /** The same, and the filestore is away when the orphan that lacks content is to be deleted. */
    @Test
    void savesOnceMoreWhereAnEarlierRunCouldNotDeleteWhatLacksContent() {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        primary.promoteAnother(2);
        primary.time.advance(Duration.ofDays(2));
        AtomicBoolean deleted = new AtomicBoolean();
        AtomicBoolean failed = new AtomicBoolean();
        primary.filestore.inject((operation, key) -> {
            boolean orphan = key.startsWith("orphans/");
            if (operation == Operation.PUT_IF_ABSENT && orphan && deleted.compareAndSet(false, true)) {
                primary.repository.delete(SHIPPED);
                deleteOlder(primary.time.now().minus(Duration.ofDays(1)));
            }
            return operation == Operation.DELETE && orphan && failed.compareAndSet(false, true)
                    ? new Fail(ErrorCode.FILESTORE_FAILED)
                    : new Faults.None();
        });
        assertCode(this::save, ErrorCode.FILESTORE_FAILED);
        assertThat(primary.repository.orphans().list()).hasSize(1);

        Saved saved = save();

        assertThat(saved.existed()).isFalse();
        SnapshotId orphan = saved.orphan().orElseThrow().snapshot();
        assertThat(primary.repository.orphans().list()).containsExactly(orphan);
        new Verification(2).verify(primary.repository.orphans(), orphan, Progress.none());
    }

    /** The primary has shipped more since the standby began to serve; another server's claim came first. */
    @Test
    void savesWhatAServerWroteThatHeldNoEpochAgainstTheSnapshotItBeganWith() {
        theOthersShipMore();
        primary.database.rows("1\tfirst", "2\tof a server without an epoch");

        Saved saved = saveUnclaimed(Optional.of(SHIPPED));

        Manifest orphan = saved.orphan().orElseThrow();
        assertThat(saved.shipped()).contains(SHIPPED);
        assertThat(orphan.snapshot()).isEqualTo(new SnapshotId(1, 3));
        assertThat(orphan.server()).isEqualTo("c");
        assertThat(primary.repository.orphans().read(orphan.snapshot()).imported())
                .isEqualTo(SHIPPED);
        new Verification(2).verify(primary.repository.orphans(), orphan.snapshot(), Progress.none());
        Saved again = saveUnclaimed(Optional.of(SHIPPED));
        assertThat(again.existed()).isTrue();
        assertThat(again.orphan().map(Manifest::snapshot)).contains(orphan.snapshot());
    }

    @Test
    void savesNothingOfAServerWithoutAnEpochThatWroteNothing() {
        theOthersShipMore();
        primary.database.rows("1\tfirst");

        Saved saved = saveUnclaimed(Optional.of(SHIPPED));

        assertThat(saved.orphan()).isEmpty();
        assertThat(saved.shipped()).contains(SHIPPED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void savesAllOfAServerWithoutAnEpochWhereWhatItBeganWithIsGone(boolean known) {
        theOthersShipMore();
        primary.database.rows("1\tfirst", "2\tof a server without an epoch");
        primary.repository.delete(SHIPPED);

        Saved saved = saveUnclaimed(Optional.of(SHIPPED).filter(id -> known));

        assertThat(saved.shipped()).isEqualTo(known ? Optional.empty() : Optional.of(new SnapshotId(1, 2)));
        SnapshotId orphan = saved.orphan().orElseThrow().snapshot();
        new Verification(2).verify(primary.repository.orphans(), orphan, Progress.none());
    }

    /** The old primary's, of the same epoch: no snapshot was taken between the two. */
    @Test
    void givesItNoNumberOfAnotherServersOrphan() {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        primary.promoteAnother(2);
        save();
        primary.database.rows("1\tfirst", "2\tof a server without an epoch");

        SnapshotId orphan =
                saveUnclaimed(Optional.of(SHIPPED)).orphan().orElseThrow().snapshot();

        assertThat(primary.repository.orphans().list()).containsExactly(ORPHAN, orphan);
    }

    @Test
    void refusesAnEpochThatCannotBe() {
        primary.promoteAnother(2);

        assertCode(
                () -> withoutEpoch().saveUnclaimed(0, Optional.empty(), Set.of(), false, Progress.none()),
                ErrorCode.USAGE);
        primary.enterBackupMode();
        assertCode(() -> saveUnclaimed(Optional.of(SHIPPED)), ErrorCode.BACKUP_MODE);
    }

    private void theOthersShipMore() {
        primary.database.rows("1\tfirst", "2\tof the primary");
        primary.taker(Events.none()).take(SnapshotRequest.of(List.of()), Progress.none());
        primary.promoteAnother(2);
    }

    private Saved saveUnclaimed(Optional<SnapshotId> imported) {
        return withoutEpoch().saveUnclaimed(1, imported, Set.of(), false, Progress.none());
    }

    private OrphanTaker withoutEpoch() {
        Path state = folder.resolve("state of c");
        SnapshotSource here = primary.source();
        return new OrphanTaker(
                state,
                primary.marker,
                new EpochStore(state),
                () -> primary.repository,
                () -> primary.key,
                new SnapshotSource(
                        new SnapshotSource.Taker("c", "0.1.0"),
                        here.database(),
                        here.files(),
                        here.trees(),
                        here.processors(),
                        here.clock(),
                        here.ticker(),
                        here.quiesce(),
                        here.others(),
                        here.closure()),
                2);
    }

    @Test
    void leavesNothingWhereItFails() {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        primary.promoteAnother(2);
        primary.filestore.inject(
                Faults.first(Operation.PUT, key -> key.startsWith("blobs/"), new Fail(ErrorCode.FILESTORE_FAILED)));

        assertCode(this::save, ErrorCode.FILESTORE_FAILED);
        assertThat(primary.repository.orphans().list()).isEmpty();
        assertThat(save().orphan()).isPresent();
    }

    /** An orphan under the name of a snapshot is refused, and a snapshot under that of an orphan. */
    @Test
    void anOrphanIsNoSnapshotWhateverItsName() {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        primary.promoteAnother(2);
        save();

        primary.filestore.putIfAbsent(ORPHAN.key(), bytes("orphans/" + ORPHAN + ".json"));
        primary.filestore.putIfAbsent("orphans/" + SHIPPED + ".json", bytes(SHIPPED.key()));

        assertThat(primary.repository.newest()).contains(SHIPPED);
        assertCode(() -> primary.repository.read(ORPHAN), ErrorCode.MANIFEST_DAMAGED);
        assertCode(() -> primary.repository.orphans().read(SHIPPED), ErrorCode.MANIFEST_DAMAGED);
    }

    /** What is only in an orphan stays as long as the orphan does. */
    @Test
    void retentionKeepsItsContent() {
        primary.database.rows("1\tfirst", "2\tnever shipped");
        primary.promoteAnother(2);
        Manifest orphan = save().orphan().orElseThrow();
        Instant later = primary.time.now().plus(Duration.ofDays(9));

        assertThat(garbage(later)).isZero();
        ReferencedBlobs before = new ReferencedBlobs(primary.repository, primary.repository.blobs());
        assertThat(before.coverOrphans()).isFalse();
        primary.repository.orphans().delete(ORPHAN);
        assertThat(garbage(later)).isPositive();
        assertThat(SnapshotBlobs.of(orphan, primary.repository.blobs()).size()).isPositive();
    }

    private long garbage(Instant before) {
        ReferencedBlobs referenced = new ReferencedBlobs(primary.repository, primary.repository.blobs());
        referenced.add(primary.repository.list(), Progress.none());
        referenced.addOrphans(Progress.none());
        try (Stream<?> found = referenced.garbage(before)) {
            return found.count();
        }
    }

    private void deleteBlobs() {
        deleteOlder(Instant.MAX);
    }

    private void deleteOlder(Instant before) {
        primary.filestore
                .list("blobs/", "")
                .filter(each -> each.modified().isBefore(before))
                .toList()
                .forEach(each -> primary.filestore.delete(each.key()));
    }

    private byte[] bytes(String key) {
        try (InputStream in = primary.filestore.open(key, 0)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Saved save() {
        return primary.orphanTaker().save(Set.of(), false, Progress.none());
    }

    private static void assertCode(ThrowingCallable work, ErrorCode code) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}

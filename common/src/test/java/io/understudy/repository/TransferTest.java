package io.understudy.repository;

import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Sha256;
import io.understudy.files.TreeKind;
import io.understudy.filestore.Content;
import io.understudy.filestore.ObjectInfo;
import io.understudy.progress.Progress;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransferTest {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore source = new InMemoryFilestore(time);
    private final InMemoryFilestore target = new InMemoryFilestore(time);
    private final SampleSite site = new SampleSite(source, time.clock());
    private final Repository from = site.repository();
    private final Repository to = RepositoryCopy.open(target, from);
    private final Transfer transfer = new Transfer(4);

    private Manifest first;

    @BeforeEach
    void aSnapshot() {
        first = site.commit(id(1, 1), 1);
    }

    @Test
    void theCopyIsTheSnapshot() {
        TransferResult result = copy(id(1, 1));
        assertThat(to.read(id(1, 1))).isEqualTo(first);
        assertThat(objects(target)).isEqualTo(objects(source));
        assertThat(result.fetchedBlobs()).isEqualTo(blobsOf(source));
        assertThat(result.fetchedBytes()).isEqualTo(bytesOf(source));
        assertThat(result.reusedBytes()).isZero();
        new Verification(2).verify(to, id(1, 1), Progress.none());
    }

    /** Whatever a batch holds back: what names other blobs is there when it is read, and all before the manifest. */
    @Test
    void theManifestIsWrittenWhenAllBlobsAreDurable() {
        target.holdBatches();
        copy(id(1, 1));
        assertThat(objects(target)).isEqualTo(objects(source));

        Manifest second = site.commit(id(1, 2), 2);
        String changed = Manifests.rows(second, from.blobs()).direct().stream()
                .map(blob -> blob.id().key())
                .filter(key -> !target.keys().contains(key))
                .findFirst()
                .orElseThrow();
        target.inject(Faults.first(
                Operation.PUT, key -> key.equals(changed), new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure(() -> copy(id(1, 2))).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(to.list()).containsExactly(id(1, 1));
    }

    @Test
    void onlyWhatIsNewComesOver() {
        TransferResult all = copy(id(1, 1));
        site.commit(id(1, 2), 2);
        TransferResult result = copy(id(1, 2));
        assertThat(result.fetchedBlobs()).isBetween(6L, 9L);
        assertThat(result.fetchedBytes() + result.reusedBytes()).isCloseTo(all.fetchedBytes(), within1Percent());
    }

    @Test
    void theNextOneComesOverWithoutALookAtWhatBothHave() {
        copy(id(1, 1));
        int looks = target.count(Operation.STAT);
        Manifest second = site.commit(id(1, 2), 2);

        TransferResult result = transfer.copyNext(from, to, first, id(1, 2), bytes -> {}, Progress.none());

        assertThat(to.read(id(1, 2))).isEqualTo(second);
        assertThat(result.fetchedBlobs()).isBetween(6L, 9L);
        assertThat(target.count(Operation.STAT) - looks).isLessThan(60);
        new Verification(2).verify(to, id(1, 2), Progress.none());
    }

    @Test
    void theNextOneIsRefusedWhereItsListsNameWhatNoReferenceDoes() {
        copy(id(1, 1));
        Manifest second = site.commit(id(1, 2), 2);
        // As if the references of the older one were those of the newer one.
        DatabaseData data = second.database();
        Manifest wrong = with(
                second,
                new DatabaseData(
                        data.name(),
                        data.kind(),
                        data.properties(),
                        data.schemaHash(),
                        data.diskBytes(),
                        data.archive(),
                        data.tables(),
                        data.sequences(),
                        first.database().references()));
        Manifest third = numbered(wrong, id(1, 3));
        from.commit(third, site.key());

        assertThat(failure(() -> transfer.copyNext(from, to, first, id(1, 3), bytes -> {}, Progress.none()))
                        .code())
                .isIn(ErrorCode.MANIFEST_DAMAGED, ErrorCode.BLOB_MISSING);
        assertThat(to.list()).containsExactly(id(1, 1));
    }

    private static Manifest numbered(Manifest it, SnapshotId snapshot) {
        return new Manifest(
                it.format(),
                it.site(),
                snapshot,
                it.periods(),
                it.moment(),
                it.walLsn(),
                it.server(),
                it.versions(),
                it.databases(),
                it.trees(),
                it.totals());
    }

    private static Manifest with(Manifest it, DatabaseData data) {
        return new Manifest(
                it.format(),
                it.site(),
                it.snapshot(),
                it.periods(),
                it.moment(),
                it.walLsn(),
                it.server(),
                it.versions(),
                List.of(data),
                it.trees(),
                it.totals());
    }

    @Test
    void aRepeatedCopyDoesNothing() {
        copy(id(1, 1));
        assertThat(copy(id(1, 1)).fetchedBlobs()).isZero();
    }

    @Test
    void anAbortedCopyLeavesNoSnapshotAndGoesOnWhereItStopped() {
        AtomicLong left = new AtomicLong(3);
        target.inject((operation, key) -> operation == Operation.PUT && left.getAndDecrement() <= 0
                ? new Faults.Fail(ErrorCode.DISK_FULL)
                : new Faults.None());
        assertThat(failure(() -> copy(id(1, 1))).code()).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(to.list()).isEmpty();
        long there = blobsOf(target);
        assertThat(there).isEqualTo(3);
        target.inject(Faults.none());
        assertThat(copy(id(1, 1)).fetchedBlobs()).isEqualTo(blobsOf(source) - there);
        assertThat(to.read(id(1, 1))).isEqualTo(first);
    }

    @Test
    void theManifestComesLast() {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        target.inject((operation, key) -> {
            if (operation == Operation.PUT || operation == Operation.PUT_IF_ABSENT) {
                order.add(key);
            }
            return new Faults.None();
        });
        copy(id(1, 1));
        assertThat(order).last().isEqualTo(id(1, 1).key());
        assertThat(order.get(0))
                .isIn(
                        first.database().references().direct().get(0).id().key(),
                        first.trees().get(0).references().direct().get(0).id().key());
    }

    @Test
    void bytesThatWereLostOnTheWayAreFetchedOnceMore() {
        String key = row(1).id().key();
        source.inject(Faults.first(Operation.OPEN, key::equals, new Faults.Truncate(1000)));
        copy(id(1, 1));
        assertThat(objects(target)).isEqualTo(objects(source));
    }

    @Test
    void aDamagedBlobNeverComesIn() throws IOException {
        damage(source, row(1));
        UnderstudyException e = failure(() -> copy(id(1, 1)));
        assertThat(e.code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
        assertThat(e)
                .hasMessageContaining("database site")
                .hasMessageContaining(row(1).id().hex());
        assertThat(target.keys()).doesNotContain(row(1).id().key(), id(1, 1).key());
    }

    @Test
    void aMissingBlobIsNamedWithWhatItBelongsTo() {
        source.delete(row(0).id().key());
        UnderstudyException e = failure(() -> copy(id(1, 1)));
        assertThat(e.code()).isEqualTo(ErrorCode.BLOB_MISSING);
        assertThat(e)
                .hasMessageContaining("database site")
                .hasMessageContaining(row(0).id().hex());
        assertThat(to.list()).isEmpty();
    }

    @Test
    void missingReferencesStopTheCopyBeforeTheContent() {
        source.delete(first.trees().get(0).references().direct().get(0).id().key());
        assertThat(failure(() -> copy(id(1, 1)))).hasMessageContaining("the references of tree media");
        assertThat(target.keys())
                .doesNotContain(first.database().archive().direct().get(0).id().key());
    }

    @Test
    void whatNamesTheContentIsFetchedAgainWhereTheTargetHasItDamaged() throws IOException {
        for (StreamRef stream : List.of(
                first.trees().get(0).index(),
                first.trees().get(0).references(),
                first.database().tables(),
                first.database().references())) {
            target.put(stream.direct().get(0).id().key(), Content.of(new byte[50]));
            copy(id(1, 1));
            assertThat(objects(target)).isEqualTo(objects(source));
            to.delete(id(1, 1));
        }
    }

    @Test
    void aSnapshotWhoseReferencesLackABlobIsNotTaken() {
        TreeData sound = first.trees().get(0);
        TreeData lying = new TreeData("media", TreeKind.FILES, 2, 5, sound.index(), StreamRef.of(List.of()));
        from.commit(Manifests.of(id(1, 2), first.database(), lying), site.key());
        UnderstudyException e = failure(() -> copy(id(1, 2)));
        assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
        assertThat(e).hasMessageContaining("the references of tree media");
        assertThat(to.list()).isEmpty();
    }

    @Test
    void aTargetWhoseNewestSnapshotIsUnreadableIsAskedForEveryBlob() {
        copy(id(1, 1));
        target.put(id(1, 1).key(), Content.of(new byte[9]));
        site.commit(id(1, 2), 2);
        copy(id(1, 2));
        assertThat(to.read(id(1, 2)).snapshot()).isEqualTo(id(1, 2));
    }

    @Test
    void aTargetThatIsAwayIsNotTakenForAnEmptyOne() {
        copy(id(1, 1));
        site.commit(id(1, 2), 2);
        target.inject(Faults.first(Operation.OPEN, key -> true, new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure(() -> copy(id(1, 2))).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    @Test
    void anotherSnapshotOfTheSameNumberIsAConflict() {
        target.put(id(1, 1).key(), Content.of(Samples.text("another")));
        assertThat(failure(() -> copy(id(1, 1))).code()).isEqualTo(ErrorCode.COMMIT_CONFLICT);
    }

    @Test
    void nothingIsCopiedOfASnapshotThatNobodyTrustedSigned() {
        Repository stranger = Repository.open(source, Manifests.SITE, TrustedKeys.of());
        assertThat(failure(() -> transfer.copy(stranger, to, id(1, 1), bytes -> {}, Progress.none()))
                        .code())
                .isEqualTo(ErrorCode.SIGNER_UNKNOWN);
        assertThat(failure(() -> copy(id(1, 9))).code()).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN);
        assertThat(blobsOf(target)).isZero();
    }

    @Test
    void whoAdmitsHearsWhatWillComeAndMayRefuse() {
        AtomicLong asked = new AtomicLong();
        UnderstudyException full = new UnderstudyException(ErrorCode.DISK_FULL, "cannot: full", "clean up");
        assertThatThrownBy(() -> transfer.copy(
                        from,
                        to,
                        id(1, 1),
                        bytes -> {
                            asked.set(bytes);
                            throw full;
                        },
                        Progress.none()))
                .isSameAs(full);
        assertThat(asked.get() + bytesOf(target)).isEqualTo(bytesOf(source));
    }

    @Test
    void progressEndsWithTheWhole() {
        AtomicLong done = new AtomicLong();
        AtomicLong total = new AtomicLong();
        TransferResult result = transfer.copy(from, to, id(1, 1), bytes -> {}, (step, now, whole) -> {
            assertThat(step).isEqualTo("fetch");
            done.accumulateAndGet(now, Math::max);
            total.accumulateAndGet(whole, Math::max);
        });
        assertThat(done).hasValue(result.fetchedBytes());
        assertThat(total).hasValue(result.fetchedBytes());
    }

    @Test
    void anInterruptEndsTheCopy() throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        target.inject((operation, key) -> new Faults.None());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            try {
                transfer.copy(from, to, id(1, 1), bytes -> {}, (step, now, whole) -> {
                    reached.countDown();
                    awaitQuietly(never);
                });
            } catch (UnderstudyException e) {
                thrown.set(e);
            }
        });
        caller.start();
        reached.await();
        caller.interrupt();
        caller.join(20_000);
        assertThat(thrown.get())
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        assertThat(to.list()).isEmpty();
    }

    @Test
    void needsAThread() {
        assertThatThrownBy(() -> new Transfer(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Transfer(65)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static org.assertj.core.data.Percentage within1Percent() {
        return org.assertj.core.data.Percentage.withPercentage(1);
    }

    private TransferResult copy(SnapshotId snapshot) {
        return transfer.copy(from, to, snapshot, bytes -> {}, Progress.none());
    }

    private BlobRef row(int number) {
        return Manifests.rows(first, from.blobs()).direct().get(number);
    }

    private static void damage(InMemoryFilestore store, BlobRef blob) throws IOException {
        try (InputStream in = store.open(blob.id().key(), 0)) {
            byte[] bytes = in.readAllBytes();
            bytes[bytes.length / 2] ^= 1;
            store.put(blob.id().key(), Content.of(bytes));
        }
    }

    private static long blobsOf(InMemoryFilestore store) {
        return store.keys().stream().filter(key -> key.startsWith("blobs/")).count();
    }

    private static long bytesOf(InMemoryFilestore store) {
        try (Stream<ObjectInfo> all = store.list("blobs/", "")) {
            return all.mapToLong(ObjectInfo::size).sum();
        }
    }

    private static List<String> objects(InMemoryFilestore store) {
        try (Stream<ObjectInfo> all = store.list("", "")) {
            return all.map(info -> info.key() + " " + hash(store, info.key())).toList();
        }
    }

    private static BlobId hash(InMemoryFilestore store, String key) {
        try (InputStream in = store.open(key, 0)) {
            byte[] bytes = in.readAllBytes();
            return BlobId.of(Sha256.of(bytes, 0, bytes.length));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static UnderstudyException failure(ThrowingCallable call) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, call);
        assertThat(e).isNotNull();
        return e;
    }
}

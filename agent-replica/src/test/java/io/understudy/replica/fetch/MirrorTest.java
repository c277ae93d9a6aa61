package io.understudy.replica.fetch;

import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.progress.Progress;
import io.understudy.replica.fetch.Mirror.Fetched;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.Repository;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TransferResult;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MirrorTest {
    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore far = new InMemoryFilestore(time);
    private final InMemoryFilestore near = new InMemoryFilestore(time);
    private final SampleSite site = new SampleSite(far, time.clock());
    private final Repository remote = site.repository();

    private Manifest first;
    private long free = Long.MAX_VALUE / 2;
    private Mirror mirror;

    @TempDir
    Path folder;

    @BeforeEach
    void aSnapshot() {
        first = site.commit(id(1, 1), 1);
        mirror = new Mirror(near, remote, 2, () -> free, time.clock());
    }

    @Test
    void bringsASnapshotWhole() throws IOException {
        Fetched fetched = fetch(id(1, 1));
        assertThat(fetched.manifest()).isEqualTo(first);
        assertThat(fetched.transfer().fetchedBlobs()).isEqualTo(blobs(far));
        assertThat(mirror.list()).containsExactly(id(1, 1));
        assertThat(mirror.read(id(1, 1))).isEqualTo(first);
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        readRows();
    }

    @Test
    void whatIsHereIsNotAskedForAgain() {
        fetch(id(1, 1));
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        Fetched again = fetch(id(1, 1));
        assertThat(again.manifest()).isEqualTo(first);
        assertThat(again.transfer()).isEqualTo(TransferResult.NOTHING);
    }

    @Test
    void theNextSnapshotBringsOnlyItsNews() {
        long all = fetch(id(1, 1)).transfer().fetchedBytes();
        site.commit(id(1, 2), 2);
        TransferResult second = fetch(id(1, 2)).transfer();
        assertThat(second.fetchedBytes()).isLessThan(all / 2);
    }

    @Test
    void goesOnAfterABrokenFetch() {
        far.inject(Faults.first(
                Operation.OPEN, row(1).id().key()::equals, new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure(() -> fetch(id(1, 1))).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        assertThat(mirror.list()).isEmpty();
        long there = blobs(near);
        assertThat(there).isPositive();
        assertThat(fetch(id(1, 1)).transfer().fetchedBlobs()).isEqualTo(blobs(far) - there);
    }

    @Test
    void refusesBeforeTheContentWhenThereIsNoRoom() {
        free = 1 << 20;
        UnderstudyException e = failure(() -> fetch(id(1, 1)));
        assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(e).hasMessageContaining("00000001-00000001").hasMessageContaining("1 MiB are free");
        assertThat(blobs(near)).as("the references alone").isEqualTo(2);
        free = Long.MAX_VALUE / 2;
        fetch(id(1, 1));
        free = 0;
        fetch(id(1, 1));
    }

    @Test
    void aBlobThatGoesBadOnTheDiskIsFoundWhenItIsReadAndComesBack() throws IOException {
        fetch(id(1, 1));
        near.put(row(1).id().key(), Content.of(new byte[1000]));
        assertThat(failure(this::readRows).code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
        assertThat(near.keys()).doesNotContain(row(1).id().key());
        assertThat(failure(this::readRows).code()).isEqualTo(ErrorCode.BLOB_MISSING);
        assertThat(fetch(id(1, 1)).transfer().fetchedBlobs()).isOne();
        readRows();
    }

    @Test
    void referencesThatGoBadComeBackWithTheNextFetch() {
        fetch(id(1, 1));
        near.put(first.trees().get(0).references().direct().get(0).id().key(), Content.of(new byte[1000]));
        assertThat(fetch(id(1, 1)).transfer().fetchedBlobs()).isOne();
        assertThat(fetch(id(1, 1)).transfer()).isEqualTo(TransferResult.NOTHING);
    }

    /** Another blob in its place is understood, or not, before its end shows that it is another. */
    @Test
    void anIndexThatGoesBadIsFoundWhenItIsReadAndComesBack() throws IOException {
        fetch(id(1, 1));
        BlobRef index = first.trees().get(0).index().direct().get(0);
        BlobRef other = first.database().sequences().direct().get(0);
        try (InputStream in = near.open(other.id().key(), 0)) {
            near.put(index.id().key(), Content.of(in.readAllBytes()));
        }
        UnderstudyException e = failure(() -> readIndex());
        assertThat(e.code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
        assertThat(near.keys()).doesNotContain(index.id().key());
        assertThat(fetch(id(1, 1)).transfer().fetchedBlobs()).isOne();
        readIndex();
    }

    private void readIndex() {
        try (Stream<IndexEntry> entries = TreeIndex.read(first.trees().get(0).index(), mirror.blobs())) {
            entries.forEach(entry -> {});
        }
    }

    @Test
    void aManifestThatGoesBadComesBack() {
        fetch(id(1, 1));
        near.put(id(1, 1).key(), Content.of(new byte[1000]));
        assertThat(fetch(id(1, 1)).manifest()).isEqualTo(first);
        assertThat(mirror.read(id(1, 1))).isEqualTo(first);
    }

    @Test
    void verifyFindsAndMendsWhatNobodyHasReadYet() {
        fetch(id(1, 1));
        near.put(row(0).id().key(), Content.of(new byte[1000]));
        near.put(first.trees().get(0).index().direct().get(0).id().key(), Content.of(new byte[1000]));
        near.delete(row(1).id().key());
        assertThat(mirror.verify(id(1, 1), Progress.none()).transfer().fetchedBlobs())
                .isEqualTo(3);
        assertThat(mirror.verify(id(1, 1), Progress.none()).transfer()).isEqualTo(TransferResult.NOTHING);
        assertThat(blobs(near)).isEqualTo(blobs(far));
    }

    @Test
    void verifySaysSoWhenTheRepositoryCannotMendIt() {
        fetch(id(1, 1));
        near.put(row(0).id().key(), Content.of(new byte[1000]));
        far.delete(row(0).id().key());
        UnderstudyException e = failure(() -> mirror.verify(id(1, 1), Progress.none()));
        assertThat(e.code()).isEqualTo(ErrorCode.BLOB_MISSING);
        assertThat(e).hasMessageContaining("database site");
    }

    @Test
    void keepsWhatTheKeptSnapshotsName() throws IOException {
        for (int number = 1; number <= 3; number++) {
            if (number > 1) {
                site.commit(id(1, number), number);
            }
            fetch(id(1, number));
        }
        long before = blobs(near);
        long freed = mirror.trim(Set.of(id(1, 2), id(1, 3)));
        assertThat(freed).isPositive();
        assertThat(blobs(near)).isLessThan(before);
        assertThat(mirror.list()).containsExactly(id(1, 2), id(1, 3));
        far.inject(Faults.always(new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        mirror.verify(id(1, 2), Progress.none());
        mirror.verify(id(1, 3), Progress.none());
        assertThat(mirror.trim(Set.of(id(1, 2), id(1, 3)))).isZero();
    }

    @Test
    void sparesWhatMayBelongToAFetchUnderWay() {
        far.inject(Faults.first(
                Operation.OPEN, row(1).id().key()::equals, new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        failure(() -> fetch(id(1, 1)));
        long there = blobs(near);
        assertThat(mirror.trim(Set.of(id(1, 1)))).isZero();
        assertThat(blobs(near)).isEqualTo(there);
        time.advance(Duration.ofHours(25));
        assertThat(mirror.trim(Set.of(id(1, 1)))).isPositive();
        assertThat(blobs(near)).isZero();
    }

    @Test
    void keepsNothingThatNobodyNames() {
        fetch(id(1, 1));
        near.put("blobs/readme.txt", Content.of(new byte[1]));
        mirror.trim(Set.of());
        assertThat(mirror.list()).isEmpty();
        assertThat(near.keys()).containsExactly("blobs/readme.txt", "understudy.json");
    }

    @Test
    void isOfOneRepositoryOnly() {
        Repository other = new SampleSite(new InMemoryFilestore(time), time.clock()).repository();
        assertThat(failure(() -> new Mirror(near, other, 2, () -> free, time.clock()))
                        .code())
                .isEqualTo(ErrorCode.REPOSITORY_EXISTS);
    }

    @Test
    void livesInAFolderForItsOwnerOnly() throws IOException {
        Path place = folder.resolve("state/mirror");
        Mirror onDisk = Mirrors.in(place, remote, 2);
        onDisk.fetch(id(1, 1), Progress.none());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
                .isEqualTo("rwx------");
        BlobRef bad = row(0);
        Files.write(place.resolve(bad.id().key()), new byte[77]);
        assertThat(failure(() -> read(onDisk)).code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
        assertThat(Mirrors.in(place, remote, 2)
                        .fetch(id(1, 1), Progress.none())
                        .transfer()
                        .fetchedBlobs())
                .isOne();
        read(onDisk);
        onDisk.trim(Set.of());
        try (var left = new DirectoryFilestore(place).list("blobs/", "")) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void saysWhyItCannotBeMade() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(failure(() -> Mirrors.in(file.resolve("mirror"), remote, 2)).code())
                .isEqualTo(ErrorCode.FILE_FAILED);
    }

    private Fetched fetch(SnapshotId snapshot) {
        return mirror.fetch(snapshot, Progress.none());
    }

    private void readRows() throws IOException {
        read(mirror);
    }

    private void read(Mirror from) throws IOException {
        try (StreamReader in =
                new StreamReader("table public.person", Manifests.rows(first, from.blobs()), from.blobs())) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        SnapshotBlobs.forEach(first, from.blobs(), part -> {});
    }

    private BlobRef row(int number) {
        return Manifests.rows(first, site.repository().blobs()).direct().get(number);
    }

    private static long blobs(InMemoryFilestore store) {
        return store.keys().stream()
                .filter(key -> key.startsWith("blobs/") && key.endsWith(".zst"))
                .count();
    }

    private static UnderstudyException failure(ThrowingCallable call) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, call);
        assertThat(e).isNotNull();
        return e;
    }
}

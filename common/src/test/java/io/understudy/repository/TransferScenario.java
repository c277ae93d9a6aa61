package io.understudy.repository;

import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.Sha256;
import io.understudy.filestore.ObjectInfo;
import io.understudy.progress.Progress;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;

/** A snapshot in one repository, and another repository that it is copied to. */
abstract class TransferScenario {
    final FakeTicker time = new FakeTicker();
    final InMemoryFilestore source = new InMemoryFilestore(time);
    final InMemoryFilestore target = new InMemoryFilestore(time);
    final SampleSite site = new SampleSite(source, time.clock());
    final Repository from = site.repository();
    final Repository to = RepositoryCopy.open(target, from);
    final Transfer transfer = new Transfer(4);
    Manifest first;

    @BeforeEach
    void aSnapshot() {
        first = site.commit(id(1, 1), 1);
    }

    TransferResult copy(SnapshotId snapshot) {
        return transfer.copy(from, to, snapshot, bytes -> {}, Progress.none());
    }

    BlobRef row(int number) {
        return Manifests.rows(first, from.blobs()).direct().get(number);
    }

    static long blobsOf(InMemoryFilestore store) {
        return store.keys().stream().filter(key -> key.startsWith("blobs/")).count();
    }

    static long bytesOf(InMemoryFilestore store) {
        try (Stream<ObjectInfo> all = store.list("blobs/", "")) {
            return all.mapToLong(ObjectInfo::size).sum();
        }
    }

    static List<String> objects(InMemoryFilestore store) {
        try (Stream<ObjectInfo> all = store.list("", "")) {
            return all.map(info -> info.key() + " " + hash(store, info.key())).toList();
        }
    }

    static BlobId hash(InMemoryFilestore store, String key) {
        try (InputStream in = store.open(key, 0)) {
            byte[] bytes = in.readAllBytes();
            return BlobId.of(Sha256.of(bytes, 0, bytes.length));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static UnderstudyException failure(ThrowingCallable call) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, call);
        assertThat(e).isNotNull();
        return e;
    }
}

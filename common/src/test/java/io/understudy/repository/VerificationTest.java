package io.understudy.repository;

import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.filestore.Content;
import io.understudy.progress.Progress;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerificationTest {
    private static final SnapshotId ID = id(1, 1);

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final SampleSite site = new SampleSite(store, time.clock());

    private Manifest manifest;

    @BeforeEach
    void aSnapshot() {
        manifest = site.commit(ID, 1);
    }

    @Test
    void passesASoundSnapshot() {
        AtomicLong done = new AtomicLong();
        Verified verified = new Verification(4)
                .verify(site.repository(), ID, (step, now, total) -> done.accumulateAndGet(now, Math::max));
        assertThat(verified.snapshot()).isEqualTo(ID);
        assertThat(verified.blobs())
                .isEqualTo(store.keys().stream()
                        .filter(key -> key.startsWith("blobs/"))
                        .count());
        assertThat(done).hasValue(verified.bytes());
    }

    @Test
    void findsAllFaultsAtOnce() {
        BlobRef missing = row(0);
        BlobRef damaged = row(1);
        store.delete(missing.id().key());
        store.put(damaged.id().key(), Content.of(new byte[100]));
        store.delete(manifest.database().archive().direct().get(0).id().key());
        UnderstudyException e = failure();
        assertThat(e)
                .hasMessageContaining("3 faults")
                .hasMessageContaining("pg_dump's archive")
                .hasMessageContaining("table public.person")
                .hasMessageContaining(missing.id().hex())
                .hasMessageContaining(damaged.id().hex());
        assertThat(e.getSuppressed()).hasSize(3);
        assertThat(e.code()).isIn(ErrorCode.BLOB_MISSING, ErrorCode.BLOB_DAMAGED);
    }

    @Test
    void aSwappedObjectIsAFault() throws Exception {
        try (var in = store.open(row(0).id().key(), 0)) {
            store.put(row(1).id().key(), Content.of(in.readAllBytes()));
        }
        assertThat(failure().code()).isEqualTo(ErrorCode.BLOB_DAMAGED);
    }

    @Test
    void findsFaultsBehindAnIndexThatIsGone() {
        store.delete(manifest.trees().get(0).index().direct().get(0).id().key());
        store.delete(row(0).id().key());
        assertThat(failure())
                .hasMessageContaining("tree media")
                .hasMessageContaining("the index of tree media")
                .hasMessageContaining("table public.person");
    }

    /** Retention would delete what only the index names. */
    @Test
    void referencesThatDifferFromTheIndexAreAFault() {
        TreeData sound = manifest.trees().get(0);
        StreamRef lacking = new References(site.repository().blobs()).finish();
        References more = new References(site.repository().blobs());
        References.read(sound.references(), site.repository().blobs()).forEachRemaining(more::add);
        more.add(site.repository().blobs().put(new byte[] {1, 2, 3}, 0, 3));
        List<StreamRef> wrong =
                List.of(lacking, more.finish(), manifest.database().references());
        for (int i = 0; i < wrong.size(); i++) {
            SnapshotId snapshot = id(1, 2 + i);
            TreeData tree = new TreeData("media", TreeKind.FILES, 2, 5, sound.index(), wrong.get(i));
            site.repository().commit(Manifests.of(snapshot, manifest.database(), tree), site.key());
            UnderstudyException e = catchThrowableOfType(
                    UnderstudyException.class,
                    () -> new Verification(2).verify(site.repository(), snapshot, Progress.none()));
            assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
            assertThat(e).hasMessageContaining("the references of tree media differ from its index");
        }
    }

    @Test
    void anIndexThatNobodyCanMeanIsAFault() {
        byte[] hostile = Samples.text("{\"path\":\"../x\",\"type\":\"file\"}\n");
        StreamRef index = StreamRef.of(List.of(site.repository().blobs().put(hostile, 0, hostile.length)));
        StreamRef none = new References(site.repository().blobs()).finish();
        TreeData tree = new TreeData("media", TreeKind.FILES, 1, 5, index, none);
        site.repository().commit(Manifests.of(id(1, 2), manifest.database(), tree), site.key());
        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class,
                () -> new Verification(2).verify(site.repository(), id(1, 2), Progress.none()));
        assertThat(e.code()).isEqualTo(ErrorCode.UNSAFE_PATH);
        assertThat(e).hasMessageContaining("tree media");
    }

    @Test
    void manyFaultsAreCounted() {
        store.keys().stream().filter(key -> key.startsWith("blobs/")).forEach(store::delete);
        assertThat(failure()).hasMessageContaining("faults: ");
    }

    @Test
    void checksTheSignatureFirst() {
        Repository stranger = Repository.open(store, Manifests.SITE, TrustedKeys.of());
        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class, () -> new Verification(2).verify(stranger, ID, Progress.none()));
        assertThat(e.code()).isEqualTo(ErrorCode.SIGNER_UNKNOWN);
    }

    @Test
    void aStoreThatIsAwayIsNoFaultOfTheSnapshot() {
        String key = row(1).id().key();
        store.inject(Faults.first(Operation.OPEN, key::equals, new Faults.Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure().code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
    }

    private BlobRef row(int number) {
        return Manifests.rows(manifest, site.repository().blobs()).direct().get(number);
    }

    private UnderstudyException failure() {
        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class, () -> new Verification(4).verify(site.repository(), ID, Progress.none()));
        assertThat(e).isNotNull();
        return e;
    }
}

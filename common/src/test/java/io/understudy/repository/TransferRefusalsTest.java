package io.understudy.repository;

import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.filestore.Content;
import io.understudy.progress.Progress;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is damaged, missing or signed by another key does not come over. */
class TransferRefusalsTest extends TransferScenario {
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

    private static void damage(InMemoryFilestore store, BlobRef blob) throws IOException {
        try (InputStream in = store.open(blob.id().key(), 0)) {
            byte[] bytes = in.readAllBytes();
            bytes[bytes.length / 2] ^= 1;
            store.put(blob.id().key(), Content.of(bytes));
        }
    }
}

package io.understudy.replica.load;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.blob.BlobId;
import io.understudy.testing.MemoryBlobs;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link SpareLoader} keeps, a fake as much as the real one. */
public abstract class SpareLoaderContract {
    protected final MemoryBlobs blobs = new MemoryBlobs();
    protected DatabaseNames names;
    private SpareLoader loader;

    /** A server without databases of this site. @return the site's name */
    protected abstract String newSite();

    protected abstract SpareLoader open(String site);

    /** A loadable snapshot whose blobs are in {@link #blobs}. */
    protected abstract Manifest snapshot(int sequence);

    /** Creates a database that Understudy does not know. */
    protected abstract DatabaseIdentity create(String name);

    protected abstract void rename(String from, String to);

    protected abstract Optional<DatabaseIdentity> named(String name);

    @BeforeEach
    void open() {
        String site = newSite();
        names = DatabaseNames.of(site);
        loader = open(site);
    }

    @Test
    void loadsIntoTheSpare() {
        loader.preflight(snapshot(1));
        assertThat(named(names.spare())).isEmpty();
        DatabaseIdentity loaded = load(1);
        assertThat(named(names.spare())).contains(loaded);
        assertThat(named(names.live())).isEmpty();
    }

    @Test
    void givesTheSameSpareForTheSameSnapshotEvenAfterARestart() {
        DatabaseIdentity loaded = load(1);
        assertThat(load(1)).isEqualTo(loaded);
        assertThat(open(names.live()).load(snapshot(1), blobs, Progress.none())).isEqualTo(loaded);
    }

    @Test
    void loadsAnewForAnotherSnapshot() {
        DatabaseIdentity first = load(1);
        DatabaseIdentity second = load(2);
        assertThat(second).isNotEqualTo(first);
        assertThat(named(names.spare())).contains(second);
    }

    @Test
    void saysWhatTheSpareHoldsAsAWhole() {
        assertThat(loader.holding(snapshot(1).snapshot())).isEmpty();
        DatabaseIdentity loaded = load(1);
        assertThat(loader.holding(snapshot(1).snapshot())).contains(loaded);
        assertThat(loader.holding(snapshot(2).snapshot())).isEmpty();
        rename(names.spare(), names.live());
        assertThat(loader.holding(snapshot(1).snapshot())).isEmpty();
    }

    @Test
    void failsOnADamagedBlobAndLoadsWholeBlobsLater() {
        Manifest manifest = snapshot(1);
        BlobId rows = Manifests.rows(manifest, blobs).direct().get(0).id();
        assertFails(ErrorCode.BLOB_DAMAGED, () -> loader.load(manifest, new BrokenBlobs(blobs, rows), Progress.none()));
        DatabaseIdentity loaded = load(1);
        assertThat(named(names.spare())).contains(loaded);
    }

    @Test
    void failsOnADamagedArchive() {
        Manifest manifest = snapshot(1);
        BlobId archive = manifest.database().archive().direct().get(0).id();
        assertFails(
                ErrorCode.BLOB_DAMAGED, () -> loader.load(manifest, new BrokenBlobs(blobs, archive), Progress.none()));
        DatabaseIdentity loaded = load(1);
        assertThat(named(names.spare())).contains(loaded);
    }

    @Test
    void neverTouchesAForeignDatabaseOfTheSparesName() {
        DatabaseIdentity foreign = create(names.spare());
        assertFails(ErrorCode.DATABASE_FOREIGN, () -> load(1));
        loader.dropSpare();
        assertThat(named(names.spare())).contains(foreign);
    }

    @Test
    void dropsItsSpareOnce() {
        loader.dropSpare();
        load(1);
        loader.dropSpare();
        assertThat(named(names.spare())).isEmpty();
        loader.dropSpare();
        assertThat(named(names.spare())).isEmpty();
    }

    @Test
    void neverDropsASpareThatBecameLive() {
        DatabaseIdentity live = load(1);
        rename(names.spare(), names.live());
        loader.dropSpare();
        DatabaseIdentity next = load(2);
        assertThat(named(names.live())).contains(live);
        assertThat(named(names.spare())).contains(next);
        loader.dropSpare();
        assertThat(named(names.live())).contains(live);
        assertThat(load(1)).isNotEqualTo(live);
    }

    private DatabaseIdentity load(int sequence) {
        return loader.load(snapshot(sequence), blobs, Progress.none());
    }
}

package io.understudy.browse;

import io.understudy.repository.JunkObject;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import java.util.List;
import java.util.function.Consumer;

/**
 * The orphans of a repository, and next to them the snapshots that they are compared with. An orphan goes by its ID
 * alone; no other name means one.
 */
public final class OrphanReader implements SnapshotReader {
    private final Repository orphans;
    private final SnapshotReader snapshots;

    /** @param snapshots of the same repository */
    public OrphanReader(Repository repository, SnapshotReader snapshots) {
        this.orphans = repository.orphans();
        this.snapshots = snapshots;
    }

    @Override
    public SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk) {
        return name.id().filter(orphans::holds).isPresent() ? name.in(orphans, junk) : snapshots.find(name, junk);
    }

    /** The orphans alone, ascending. */
    @Override
    public List<SnapshotId> list() {
        return orphans.list();
    }

    @Override
    public Opened open(SnapshotId snapshot) {
        return orphans.holds(snapshot) ? new Opened(orphans.read(snapshot), orphans.blobs()) : snapshots.open(snapshot);
    }

    /** This one alone, so that nothing of a snapshot or of another orphan is taken for it. */
    public SnapshotReader only(SnapshotId orphan) {
        OrphanReader all = this;
        return new SnapshotReader() {
            @Override
            public SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk) {
                return all.find(name, junk);
            }

            @Override
            public List<SnapshotId> list() {
                return List.of(orphan);
            }

            @Override
            public Opened open(SnapshotId snapshot) {
                return all.open(snapshot);
            }
        };
    }
}

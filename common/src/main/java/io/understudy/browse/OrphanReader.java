package io.understudy.browse;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The orphans of a repository, and next to them the snapshots that they are compared with. An orphan goes by its ID
 * alone; no other name means one.
 */
public final class OrphanReader extends ForwardingReader {
    private final Repository repository;
    private final Repository orphans;

    /** @param snapshots of the same repository */
    public OrphanReader(Repository repository, SnapshotReader snapshots) {
        super(snapshots);
        this.repository = repository;
        this.orphans = repository.orphans();
    }

    @Override
    public SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk) {
        return name.id().filter(orphans::holds).isPresent() ? name.in(orphans, junk) : super.find(name, junk);
    }

    /** The orphans alone, ascending. */
    @Override
    public List<SnapshotId> list() {
        return orphans.list();
    }

    @Override
    public Opened open(SnapshotId snapshot) {
        return orphans.holds(snapshot) ? new Opened(orphans.read(snapshot), orphans.blobs()) : super.open(snapshot);
    }

    /** The snapshots among them: an orphan stays until it is dropped. */
    @Override
    public <T> T held(List<SnapshotId> ids, Consumer<String> remarks, Supplier<T> work) {
        List<SnapshotId> snapshots =
                ids.stream().filter(each -> !orphans.holds(each)).toList();
        return snapshots.isEmpty() ? work.get() : super.held(snapshots, remarks, work);
    }

    /**
     * With which snapshot the server of an orphan began that held no epoch for what it served; empty of all others, and
     * where that is not known.
     */
    public Optional<SnapshotId> began(SnapshotId orphan) {
        return Optional.ofNullable(orphans.read(orphan).imported());
    }

    /** The snapshots of the repository that an orphan may differ from: those before it began. Ascending. */
    public List<SnapshotId> before(SnapshotId orphan) {
        Optional<SnapshotId> began = began(orphan);
        return repository.list().stream()
                .filter(each ->
                        began.map(newest -> each.compareTo(newest) <= 0).orElseGet(() -> each.compareTo(orphan) < 0))
                .toList();
    }

    /** The orphans without the snapshots: what a snapshot is named by, as {@code latest}, names none of them. */
    public SnapshotReader alone() {
        return new ForwardingReader(this) {
            @Override
            public SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk) {
                return new SnapshotName.Found(require(name), Optional.empty());
            }
        };
    }

    /** @throws UnderstudyException {@code USAGE} where this is no ID, {@code SNAPSHOT_UNKNOWN} where it is of none */
    public SnapshotId require(SnapshotName name) {
        SnapshotId orphan = name.id()
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot find the orphan: it goes by its ID alone, not as latest and not by a moment",
                        "orphans list shows them"));
        if (!orphans.holds(orphan)) {
            throw new UnderstudyException(
                    ErrorCode.SNAPSHOT_UNKNOWN,
                    "cannot find orphan " + orphan + ": it is not in " + orphans.name(),
                    "orphans list shows those that exist");
        }
        return orphan;
    }

    /** This one alone, so that nothing of a snapshot or of another orphan is taken for it. */
    public SnapshotReader only(SnapshotId orphan) {
        return new ForwardingReader(this) {
            @Override
            public List<SnapshotId> list() {
                return List.of(orphan);
            }
        };
    }
}

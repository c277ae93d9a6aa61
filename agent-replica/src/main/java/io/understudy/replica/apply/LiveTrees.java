package io.understudy.replica.apply;

import io.understudy.files.TreeKind;
import io.understudy.repository.SnapshotId;
import java.util.List;
import java.util.Optional;

/**
 * The site's own files. Works off the durable plan that staging left; every call is idempotent and may be repeated
 * after a crash.
 */
public interface LiveTrees {
    /**
     * Makes the staged changes of all trees of this kind live; replaced and deleted files move to the snapshot's undo
     * folder.
     */
    void forward(SnapshotId snapshot, TreeKind kind);

    /**
     * Takes back what {@link #forward} did, exactly: contents, modes, times, deletions. A tree that can't be written
     * keeps no other from being taken back, and one in which nothing was done needs no writing.
     */
    void back(SnapshotId snapshot, TreeKind kind);

    /**
     * Whether the snapshot can be taken back: it was made live, and no later one has settled. Changes nothing, and so
     * needs no lock.
     */
    default boolean canGoBack(SnapshotId snapshot) {
        return true;
    }

    /**
     * Before {@link #back} of a snapshot that settled: what was prepared to apply it once more, and not begun, is
     * dropped: it would stand in the way.
     */
    default void dropUnbegun(SnapshotId snapshot) {}

    /**
     * How far an apply of this snapshot is in each tree that it changes. Changes nothing.
     *
     * @throws io.understudy.failure.UnderstudyException when that can't be seen
     */
    default List<TreePosition> positions(SnapshotId snapshot) {
        return List.of();
    }

    /**
     * The snapshot stays, or was undone: what was done of its plan can be taken back, or its plan is given up. Deletes
     * nothing else.
     */
    void settle(SnapshotId snapshot);

    /**
     * Removes what takes nothing back any more: plans, staged files and undo folders of snapshots before this one.
     * Idempotent.
     *
     * @param current the snapshot that is live, empty when none is
     * @throws io.understudy.failure.UnderstudyException what could not be removed; everything else was
     */
    void clear(Optional<SnapshotId> current);
}

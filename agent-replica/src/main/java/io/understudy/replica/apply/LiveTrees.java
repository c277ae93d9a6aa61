package io.understudy.replica.apply;

import io.understudy.files.TreeKind;
import io.understudy.repository.SnapshotId;

/** The site's own files. Works off the durable plan that staging left; every call is idempotent and may be repeated after a crash. */
public interface LiveTrees {
    /** Makes the staged changes of all trees of this kind live; replaced and deleted files move to the snapshot's undo folder. */
    void forward(SnapshotId snapshot, TreeKind kind);

    /** Takes back what {@link #forward} did, exactly: contents, modes, times, deletions. */
    void back(SnapshotId snapshot, TreeKind kind);

    /** Whether the snapshot can be taken back: it was made live, and no later one has settled. Changes nothing, and so needs no lock. */
    default boolean canGoBack(SnapshotId snapshot) {
        return true;
    }

    /** Before {@link #back} of a snapshot that settled: what was prepared to apply it once more, and not begun, is dropped: it would stand in the way. */
    default void dropUnbegun(SnapshotId snapshot) {}

    /** The snapshot is proven or undone: its plan and staged files go; its undo folder stays until a later snapshot settles. */
    void settle(SnapshotId snapshot);
}

package io.understudy.restore;

import io.understudy.progress.CrashPoint;

/**
 * The crash points of a restore to a folder, which is the same on both agents, in their usual order;
 * {@code crash-points.md} explains each.
 */
public enum RestorePoint implements CrashPoint {
    NOTED,
    FILE_WRITTEN,
    FILES_NAMED,
    TREE_RESTORED,
    ALL_RESTORED;

    @Override
    public String agent() {
        return "restore";
    }

    @Override
    public String toString() {
        return label();
    }
}

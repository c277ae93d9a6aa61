package io.understudy.restore;

import io.understudy.progress.CrashPoint;

/**
 * The crash points of a restore to a folder, a dump's file or a database next to the site's, which is the same on both
 * agents, in their usual order; {@code crash-points.md} explains each.
 */
public enum RestorePoint implements CrashPoint {
    NOTED,
    FILE_WRITTEN,
    FILES_NAMED,
    TREE_RESTORED,
    ALL_RESTORED,

    DUMP_NOTED,
    DUMP_MARKED,
    DUMP_WRITTEN,
    DUMP_NAMED,

    DRAFT_CREATED,
    DRAFT_NOTED,
    DRAFT_PART_GIVEN,
    DRAFT_LOADED,
    DRAFT_FINISHED,
    DRAFT_NAMED;

    @Override
    public String agent() {
        return "restore";
    }

    @Override
    public String toString() {
        return label();
    }
}

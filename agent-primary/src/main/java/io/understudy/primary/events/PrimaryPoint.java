package io.understudy.primary.events;

import io.understudy.progress.CrashPoint;

/**
 * The crash points of the primary's agent, in the order in which they are usually passed; {@code crash-points.md}
 * explains each.
 */
public enum PrimaryPoint implements CrashPoint {
    KEY_WRITTEN(Work.INIT),
    CLAIM_INTENDED(Work.INIT),
    REPOSITORY_CREATED(Work.INIT),
    FIRST_EPOCH_CLAIMED(Work.INIT),
    FIRST_EPOCH_HELD(Work.INIT),

    SNAPSHOT_BEGUN(Work.SNAPSHOT),
    QUIESCE_NOTED(Work.QUIESCE),
    SITE_QUIET(Work.QUIESCE),
    SLOT_CREATED(Work.TRACK),
    SITE_STARTED(Work.QUIESCE),
    MOMENT_FROZEN(Work.SNAPSHOT),
    CHANGES_DECODED(Work.TRACK),
    TABLE_STORED(Work.SNAPSHOT),
    ARCHIVE_STORED(Work.SNAPSHOT),
    DATABASE_RELEASED(Work.SNAPSHOT),
    TREE_READ(Work.SNAPSHOT),
    PACKS_RENEWED(Work.SNAPSHOT),
    PACKS_STORED(Work.SNAPSHOT),
    TREE_INDEX_STORED(Work.SNAPSHOT),
    TREE_INDEX_KEPT(Work.SNAPSHOT),
    ALL_STORED(Work.SNAPSHOT),
    TRACKING_NOTED(Work.TRACK),
    MANIFEST_WRITTEN(Work.SNAPSHOT),
    SLOT_ADVANCED(Work.TRACK),
    ANNOUNCED(Work.ANNOUNCE),

    NEEDED_MARKED(Work.PRUNE),
    PRUNING_NOTED(Work.PRUNE),
    SNAPSHOT_DELETED(Work.PRUNE),
    BLOB_DELETED(Work.PRUNE),
    GARBAGE_SWEPT(Work.PRUNE),

    SWITCHOVER_INTENDED(Work.SWITCHOVER),
    SWITCHOVER_MARKER_WRITTEN(Work.SWITCHOVER),
    SWITCHOVER_MARKED(Work.SWITCHOVER),
    SWITCHOVER_SITE_STOPPED(Work.SWITCHOVER),
    SWITCHOVER_STOPPED(Work.SWITCHOVER),
    SWITCHOVER_COMMITTING(Work.SWITCHOVER),
    SWITCHOVER_COMMITTED(Work.SWITCHOVER),
    SWITCHOVER_HANDED_OVER(Work.SWITCHOVER),
    SWITCHOVER_MARKER_NAMES_FINAL(Work.SWITCHOVER),
    SWITCHOVER_STANDBY_STARTED(Work.SWITCHOVER),
    SWITCHOVER_LEFT(Work.SWITCHOVER),

    SWITCHOVER_GOES_BACK(Work.GO_BACK),
    SWITCHOVER_EPOCH_TAKEN(Work.GO_BACK),
    SWITCHOVER_MARKER_REMOVED(Work.GO_BACK),
    SWITCHOVER_SITE_STARTED(Work.GO_BACK),
    SWITCHOVER_ENDED(Work.GO_BACK);

    private final Work work;

    /** What passes a point. */
    public enum Work {
        INIT,
        SNAPSHOT,
        /** A snapshot for which the site is stopped. */
        QUIESCE,
        /** A snapshot of a daemon that tracks changes. */
        TRACK,
        /** Of the daemon alone. */
        ANNOUNCE,
        PRUNE,
        /** Of the daemon whose site a standby takes over. */
        SWITCHOVER,
        /** Of one whose standby does not come. */
        GO_BACK
    }

    PrimaryPoint(Work work) {
        this.work = work;
    }

    public Work work() {
        return work;
    }

    @Override
    public String agent() {
        return "primary";
    }

    @Override
    public String toString() {
        return label();
    }
}

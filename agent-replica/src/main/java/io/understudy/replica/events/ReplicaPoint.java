package io.understudy.replica.events;

import io.understudy.progress.CrashPoint;

/**
 * The crash points of the replica's agent, in the order in which they are usually passed; {@code crash-points.md}
 * explains each.
 */
public enum ReplicaPoint implements CrashPoint {
    KEY_CREATED(Work.INIT),
    MARKER_WRITTEN(Work.INIT),
    ROLE_NOTED(Work.INIT),
    FORMER_ROLE_ENDED(Work.INIT_AGAIN),

    SNAPSHOT_CHOSEN(Work.IMPORT),
    SNAPSHOT_HELD(Work.IMPORT),
    BLOB_MIRRORED(Work.IMPORT),
    SNAPSHOT_MIRRORED(Work.IMPORT),
    SPARE_INTENDED(Work.IMPORT),
    SPARE_CREATED(Work.IMPORT),
    SPARE_NAMED(Work.IMPORT),
    BASE_INTENDED(Work.CHANGE),
    BASE_NAMED(Work.CHANGE),
    ROWS_EXCHANGED(Work.CHANGE),
    COMMIT_NOTED(Work.CHANGE),
    ROWS_COMMITTED(Work.CHANGE),
    BASE_CHANGED(Work.CHANGE),
    OWN_ROWS_NOTED(Work.CHANGE),
    OWN_ROWS_COMMITTED(Work.CHANGE),
    ARCHIVE_ASSEMBLED(Work.IMPORT),
    SCHEMA_RESTORED(Work.IMPORT),
    ROWS_COPIED(Work.IMPORT),
    DATA_RESTORED(Work.IMPORT),
    INDEXES_BUILT(Work.IMPORT),
    STATISTICS_MADE(Work.IMPORT),
    SPARE_LOADED(Work.IMPORT),
    SPARE_OWNED(Work.IMPORT),
    TREE_PLANNED(Work.IMPORT),
    TREE_STAGED(Work.IMPORT),
    TREES_PREPARED(Work.IMPORT),
    OTHER_DATABASE_BEGUN(Work.IMPORT),
    OTHER_DATABASE_RESTORED(Work.IMPORT),

    FOREIGN_LEAVING(Work.SET_ASIDE),
    FOREIGN_RENAMED(Work.SET_ASIDE),
    FOREIGN_SET_ASIDE(Work.SET_ASIDE),

    INTENT_WRITTEN(Work.IMPORT),
    MARKER_RENEWED(Work.IMPORT),
    SITE_STOPPED(Work.IMPORT),
    DATABASES_SWAPPED(Work.IMPORT),
    OTHER_SWAP_NOTED(Work.IMPORT),
    OTHER_DATABASE_SWAPPED(Work.IMPORT),
    PATH_EXCHANGED(Work.IMPORT),
    CONFIG_EXCHANGED(Work.IMPORT),
    SECRETS_EXCHANGED(Work.IMPORT),
    FILES_EXCHANGED(Work.IMPORT),
    MARKER_NAMES_SNAPSHOT(Work.IMPORT),
    SITE_RESTARTED(Work.IMPORT),
    SITE_PROVEN(Work.IMPORT),
    SNAPSHOT_ACCEPTED(Work.IMPORT),
    TREES_SETTLED(Work.IMPORT),
    INTENT_CLEARED(Work.IMPORT),
    MIRROR_TRIMMED(Work.IMPORT),
    REPORT_WRITTEN(Work.IMPORT),
    RETIRED_DROPPED(Work.IMPORT),
    UNDO_CLEARED(Work.IMPORT),
    CLEANED_UP(Work.IMPORT),

    RETURN_INTENDED(Work.RETURN),
    RETURN_MARKED(Work.RETURN),
    RETURN_SITE_STOPPED(Work.RETURN),
    RETURN_DATABASES_SWAPPED(Work.RETURN),
    OTHER_RETURN_NOTED(Work.RETURN),
    OTHER_DATABASE_RETURNED(Work.RETURN),
    PATH_RETURNED(Work.RETURN),
    FILES_RETURNED(Work.RETURN),
    SECRETS_RETURNED(Work.RETURN),
    CONFIG_RETURNED(Work.RETURN),
    RETURN_SITE_RESTARTED(Work.RETURN),
    RETURN_DONE(Work.RETURN),
    RETURN_CLEARED(Work.RETURN),

    PROMOTION_INTENDED(Work.PROMOTE),
    EPOCH_CLAIMED(Work.PROMOTE),
    EPOCH_HELD(Work.PROMOTE),
    MARKER_REMOVED(Work.PROMOTE),
    PROMOTED_SITE_RESTARTED(Work.PROMOTE),
    PROMOTION_CLEARED(Work.PROMOTE),

    DRILL_NOTED(Work.DRILL),
    DRILL_DATABASE_COPIED(Work.DRILL),
    DRILL_TREES_COPIED(Work.DRILL),
    DRILL_SITE_STARTED(Work.DRILL),
    DRILL_SITE_TRIED(Work.DRILL),
    DRILL_SITE_STOPPED(Work.DRILL),
    DRILL_CLEARED(Work.DRILL),
    DRILL_REPORTED(Work.DRILL),
    REJOIN_SITE_STOPPED(Work.REJOIN),
    REJOIN_ORPHAN_SAVED(Work.REJOIN),
    KEPT_COPY_ENDED(Work.REJOIN),
    KEPT_COPY_LINKED(Work.OVERWRITE),
    KEPT_COPY_NOTED(Work.OVERWRITE),
    KEPT_COPY_SAVED(Work.OVERWRITE),
    SUCCESSOR_NOTED(Work.HAND_OVER),
    SUCCESSOR_MARKED(Work.HAND_OVER),
    SUCCESSOR_FOLLOWED(Work.HAND_OVER);

    private final Work work;

    /** What passes a point. */
    public enum Work {
        INIT,
        /** Of a server whose marker was removed while no agent looked. */
        INIT_AGAIN,
        /** A round, from the repository to the proof. */
        IMPORT,
        /** The part of a round that brings up a database by differences. */
        CHANGE,
        /** The part of a round that finds a database in N-1's place that is not Understudy's. */
        SET_ASIDE,
        /** The way back to N-1. */
        RETURN,
        PROMOTE,
        /** A rehearsal with a copy; it passes points of a load, too. */
        DRILL,
        /** The return of an old primary; it passes points of a snapshot and of {@code init}, too. */
        REJOIN,
        /** The first import over an old primary of which nothing is saved, and its return after that. */
        OVERWRITE,
        /** Of a server whose primary's agent has handed its site over. */
        HAND_OVER
    }

    ReplicaPoint(Work work) {
        this.work = work;
    }

    public Work work() {
        return work;
    }

    @Override
    public String agent() {
        return "replica";
    }

    @Override
    public String toString() {
        return label();
    }
}

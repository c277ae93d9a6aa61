package io.understudy.replica.stage;

import io.understudy.progress.Progress;
import io.understudy.replica.rewrite.RewriteReport;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import java.util.List;

/** Writes what will change in the site's trees next to its target. What is live is never touched. */
public interface Stage {
    /**
     * Whether this server is configured for what the snapshot holds, apart from its trees; asks no server.
     *
     * @throws io.understudy.failure.UnderstudyException {@code CONFIG_INVALID}
     */
    default void requireFit(Manifest manifest) {}

    /**
     * Compares every tree of the snapshot with what is on disk and writes new and changed files next to their targets,
     * checked by hash, with a durable plan of every change. Idempotent and resumable: called again after a crash it
     * goes on.
     *
     * @return the plans
     * @throws io.understudy.failure.UnderstudyException {@code UNSAFE_PATH}, {@code DISK_FULL}, {@code FILE_DENIED},
     *     {@code BLOB_*}
     */
    PlanSet prepare(Manifest manifest, BlobSource blobs, Progress progress);

    /** What the last {@link #prepare} that went well made otherwise than the snapshot says. */
    default RewriteReport rewritten() {
        return RewriteReport.NONE;
    }

    /**
     * What of an applied snapshot is not on disk any more, for people; a sample, so that it can be asked every minute.
     * Needs no lock, changes nothing.
     *
     * @param blobs of the mirror
     */
    default List<String> lacking(Manifest applied, BlobSource blobs) {
        return List.of();
    }

    /** Which databases of an applied snapshot, that are no PostgreSQL's, are gone. As {@link #lacking}. */
    default List<String> goneDatabases(Manifest applied) {
        return List.of();
    }
}

package io.understudy.primary.capture.database;

import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.CommitNotice;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseWriter.Written;
import io.understudy.repository.blob.BlobSink;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** The live database as a snapshot sees it. */
public interface SourceDatabase {
    /**
     * Reads the whole database as of one moment into blobs. Everything is streamed.
     *
     * @param before what may be built on where nothing changed; empty: everything is read, and nothing is remembered
     * @param frozen is called when the moment is frozen, before anything is read, and again for each further moment
     *     that is taken because one was lost; where it is not called, nothing else may be read at the same time
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_*}, {@code TOOL_UNFIT}, {@code DUMP_FAILED}, or
     *     what the sink throws; no connection, lock or process remains
     */
    Captured capture(Optional<Before> before, BlobSink sink, Progress progress, Runnable frozen);

    /**
     * As {@link #capture(Optional, BlobSink, Progress, Runnable)}, and asks in the same moment which files the rows
     * name. Where that gives no answer, {@code named} has the reason, and the capture is as good.
     */
    default Captured capture(
            Optional<Before> before, NamedFiles named, BlobSink sink, Progress progress, Runnable frozen) {
        named.rules().forEach(rule -> named.failed(rule, "the database was not read for this snapshot"));
        return capture(before, sink, progress, frozen);
    }

    /**
     * Which transactions have ended by now: one query, by which a later look is compared with a captured moment.
     *
     * @return empty where that is not known, so only a capture shows whether anything changed
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_*}
     */
    default Optional<MomentSeen> look() {
        return Optional.empty();
    }

    /** No look follows soon: nothing is to be held open. */
    default void rest() {}

    /** Does work to which captures belong; what one opens may be left to what follows it in this work. */
    default <T> T holding(Supplier<T> work) {
        return work.get();
    }

    /** All of it, for its own sake. */
    default Captured capture(BlobSink sink, Progress progress, Runnable frozen) {
        return capture(Optional.empty(), sink, progress, frozen);
    }

    /**
     * @param moment when the snapshot was exported, by the database server's clock
     * @param serverVersion {@code server_version_num}
     * @param commit is to be given the name under which this is committed
     * @param seen for {@link #look}; empty where it knows nothing
     */
    record Captured(
            Instant moment,
            String walLsn,
            int serverVersion,
            String toolsVersion,
            Written database,
            CommitNotice commit,
            Optional<MomentSeen> seen,
            Effort effort) {
        /** Of a source that was read in full, and whose transactions are not known. */
        public Captured(
                Instant moment,
                String walLsn,
                int serverVersion,
                String toolsVersion,
                Written database,
                CommitNotice commit) {
            this(moment, walLsn, serverVersion, toolsVersion, database, commit, Optional.empty(), Effort.ALL);
        }
    }

    /**
     * What it took to read it.
     *
     * @param byChanges whether it was known what changed, so that not all was read
     * @param waited for tables that other sessions had locked, of the reader that waited longest
     * @param decoded how long the server decoded its log to know what changed
     */
    record Effort(boolean byChanges, Duration waited, Duration decoded) {
        /** All was read, and no session was in the way. */
        public static final Effort ALL = new Effort(false, Duration.ZERO, Duration.ZERO);
    }
}

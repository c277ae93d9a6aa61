package io.understudy.primary.capture.database;

import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.CommitNotice;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseWriter.Written;
import io.understudy.repository.blob.BlobSink;
import java.time.Instant;
import java.util.Optional;

/** The live database as a snapshot sees it. */
public interface SourceDatabase {
    /**
     * Reads the whole database as of one moment into blobs. Everything is streamed; every blob is durable on return.
     *
     * @param before what may be built on where nothing changed; empty: everything is read, and nothing is remembered
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_*}, {@code TOOL_UNFIT}, {@code DUMP_FAILED}, or
     *     what the sink throws; no connection, lock or process remains
     */
    Captured capture(Optional<Before> before, BlobSink sink, Progress progress);

    /** All of it, for its own sake. */
    default Captured capture(BlobSink sink, Progress progress) {
        return capture(Optional.empty(), sink, progress);
    }

    /**
     * @param moment when the snapshot was exported, by the database server's clock
     * @param serverVersion {@code server_version_num}
     * @param commit is to be given the name under which this is committed
     */
    record Captured(
            Instant moment,
            String walLsn,
            int serverVersion,
            String toolsVersion,
            Written database,
            CommitNotice commit) {}
}

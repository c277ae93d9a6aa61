package io.understudy.primary.capture.database;

import io.understudy.postgres.Session;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;

/** Copies the rows of a unit out of the database into row-aligned blobs. Thread-safe. */
final class TableReader {
    private final BlobSink sink;
    private final CaptureProgress progress;

    TableReader(BlobSink sink, CaptureProgress progress) {
        this.sink = sink;
        this.progress = progress;
    }

    /** What a unit held. */
    record Rows(long count, StreamRef stream) {}

    /** Reads the whole unit; its blobs are durable on return. A failure ends the session. */
    Rows read(Session session, CopyTask unit) {
        CaptureProgress.Share share = progress.share(unit.weight());
        try (StreamWriter writer =
                StreamWriter.rows(share.counting(sink), unit.table().bytes())) {
            long count = session.copyOut(unit.copy(), writer);
            Rows rows = new Rows(count, writer.finish());
            share.complete();
            return rows;
        }
    }
}

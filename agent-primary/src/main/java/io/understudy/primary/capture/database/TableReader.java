package io.understudy.primary.capture.database;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.repository.DatabaseData.Generated;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.repository.digest.RowDigest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.apache.commons.io.output.TeeOutputStream;

/** Copies the rows of a unit out of the database into row-aligned blobs. Thread-safe. */
final class TableReader {
    private final BlobSink sink;
    private final CaptureProgress progress;
    private final GeneratedReader generated;

    TableReader(BlobSink sink, CaptureProgress progress, GeneratedReader generated) {
        this.sink = sink;
        this.progress = progress;
        this.generated = generated;
    }

    /**
     * What a unit held.
     *
     * @param stream with all its blobs
     * @param generated of the whole table; null but in the first unit of one whose generated columns are compared
     */
    record Rows(long count, StreamRef stream, RowDigest digest, Generated generated) {}

    /** Reads the whole unit. A failure ends the session and names the table. */
    Rows read(Session session, CopyTask unit) {
        CaptureProgress.Share share = progress.share(unit.weight());
        RowDigest digest = new RowDigest(unit.table().columns(), unit.table().key());
        try (StreamWriter writer =
                        StreamWriter.rows(share.counting(sink), unit.table().bytes());
                OutputStream both = new TeeOutputStream(writer, digest)) {
            long count = 0;
            for (String copy : unit.copies()) {
                count += session.copyOut(copy, both);
            }
            Rows rows = new Rows(count, writer.finish(), digest, generated.read(session, unit));
            share.complete();
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (UnderstudyException e) {
            throw e.code() == ErrorCode.DATABASE_FAILED ? named(unit.table(), e) : e;
        }
    }

    /** As the server's, for a row that is longer than 1 GB as text: it does not say where that is. */
    private static UnderstudyException named(SourceTable table, UnderstudyException e) {
        return new UnderstudyException(
                e.code(), "cannot read table " + table.qualified() + ": " + e.getMessage(), e.hint(), e);
    }
}

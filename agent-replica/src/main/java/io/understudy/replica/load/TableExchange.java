package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.replica.load.DifferenceReader.Found;
import io.understudy.replica.load.LoadReport.By;
import io.understudy.replica.load.LoadReport.TableLoad;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/**
 * Makes the rows of a table those of another snapshot, inside a transaction: first all that go are deleted, then those
 * that came are copied in, so that unique values can change places. Each statement must change exactly as many rows as
 * the difference has, nothing is skipped or overwritten.
 */
final class TableExchange {
    private final TableCopy copy;
    private final BlobSource blobs;
    private final String encoding;

    TableExchange(TableCopy copy, BlobSource blobs, String encoding) {
        this.copy = copy;
        this.blobs = blobs;
        this.encoding = encoding;
    }

    /**
     * @param session as replica, in a transaction, of one who may change the table
     * @throws UnderstudyException {@code LOAD_MISMATCH}, {@code LOAD_FAILED} and those of sessions and blobs; the
     *     transaction is of no use then
     */
    TableLoad run(Session session, Found found) {
        TableChange change = found.change();
        QuietTable quiet = QuietTable.of(session, change.name());
        TableLoad done = found.rows().map(rows -> rows(session, change, rows)).orElseGet(() -> all(session, change));
        quiet.restore();
        return done;
    }

    private TableLoad rows(Session session, TableChange change, Difference rows) {
        TableData table = change.after();
        try {
            new GoneRows(session, table, encoding).delete(rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (rows.came().rows() > 0) {
            require(change, rows.came().rows(), copy.more(session, table, rows.came()));
        }
        return new TableLoad(
                change.text(),
                By.DELTA,
                Optional.empty(),
                rows.deletions(),
                rows.came().rows(),
                false);
    }

    private TableLoad all(Session session, TableChange change) {
        TableData table = change.after();
        session.execute((QuietTable.isReferredTo(session, change.name()) ? "DELETE FROM ONLY " : "TRUNCATE ONLY ")
                + change.name());
        CopyPlan.of(List.of(table), blobs, 1).tasks().forEach(task -> copy.run(session, task));
        require(change, table.rows(), session.number("SELECT count(*) FROM ONLY " + change.name()));
        return new TableLoad(change.text(), By.FULL, change.full(), 0, 0, change.drifted());
    }

    private static void require(TableChange change, long wanted, long there) {
        if (wanted != there) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_MISMATCH,
                    "verification of the loaded database failed: " + there + " of " + wanted + " rows of table "
                            + change.name() + " were stored",
                    "the table is loaded in full");
        }
    }
}

package io.understudy.primary.capture.database;

import io.understudy.postgres.Crew;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.primary.capture.database.TableReader.Rows;
import io.understudy.primary.points.PrimaryPoint;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.digest.RowDigest;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Sessions that read units side by side in the frozen snapshot, the largest first. Where somebody waits to lock a table exclusively, a new
 * reader would queue behind him, and he behind the keeper's lock until the capture ends: such units are left to the keeper, which holds
 * that lock already.
 */
final class TableWorkers {
    private final Database database;
    private final String snapshot;
    private final TableReader reader;
    private final Queue<CopyTask> open;
    private final Queue<CopyTask> contended = new ConcurrentLinkedQueue<>();
    private final Map<CopyTask, Rows> done = new ConcurrentHashMap<>();

    /** @param snapshot that the sessions import */
    TableWorkers(Database database, String snapshot, TableReader reader, List<CopyTask> units) {
        this.database = database;
        this.snapshot = snapshot;
        this.reader = reader;
        this.open = new ConcurrentLinkedQueue<>(units);
    }

    /** Lets the crew read. When it has ended, {@link #finish} reads what is left. */
    void start(Crew crew) {
        int workers = Math.min(database.settings().connections(), open.size());
        for (int i = 0; i < workers; i++) {
            crew.start(() -> work(crew));
        }
    }

    private void work(Crew crew) {
        Session session = crew.session(database::open);
        session.execute(ExportedSnapshot.BEGIN);
        session.execute("SET TRANSACTION SNAPSHOT '" + snapshot + "'");
        for (CopyTask unit = open.poll(); unit != null; unit = open.poll()) {
            if (TableLocks.tryLock(session, unit.table().qualified())) {
                done.put(unit, reader.read(session, unit));
                PrimaryPoint.TABLE_STORED.reached();
            } else {
                contended.add(unit);
            }
        }
        session.execute("COMMIT");
        session.close();
    }

    /** @param keeper the session that holds all locks and the snapshot */
    void finish(Session keeper) {
        for (CopyTask unit = contended.poll(); unit != null; unit = contended.poll()) {
            done.put(unit, reader.read(keeper, unit));
            PrimaryPoint.TABLE_STORED.reached();
        }
    }

    /** @param units of this table, in order */
    TableData data(SourceTable table, List<CopyTask> units) {
        List<Rows> parts = units.stream().map(done::get).toList();
        List<BlobRef> blobs =
                parts.stream().flatMap(part -> part.stream().direct().stream()).toList();
        StreamRef stream = StreamRef.of(blobs);
        RowDigest digest = new RowDigest(table.columns(), table.key());
        parts.forEach(part -> digest.add(part.digest()));
        return new TableData(
                table.schema(),
                table.name(),
                table.columns(),
                table.key(),
                parts.stream().mapToLong(Rows::count).sum(),
                stream.bytes(),
                digest.digest(),
                null,
                new TableContent(stream));
    }
}

package io.understudy.primary.capture.database;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.postgres.Catalog;
import io.understudy.postgres.Database;
import io.understudy.postgres.GeneratedValues;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.SiteCode;
import io.understudy.postgres.SourceTable;
import io.understudy.postgres.Toolset;
import io.understudy.primary.points.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.Generated;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.StreamRef;
import io.understudy.tasks.TaskScope;
import io.understudy.time.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Reads a database as of one moment: a session that is kept to the end locks the tables and freezes the moment; workers import its snapshot
 * and copy the rows; pg_dump archives, in the same snapshot, the schema and all that COPY does not carry. Nothing waits in memory or on disk:
 * each stream goes straight into blobs. Thread-safe: captures are independent of each other.
 */
public final class DatabaseCapture implements SourceDatabase {
    private final Database database;
    private final PgTools tools;
    private final Ticker ticker;

    public DatabaseCapture(Database database, PgTools tools, Ticker ticker) {
        this.database = Objects.requireNonNull(database);
        this.tools = Objects.requireNonNull(tools);
        this.ticker = Objects.requireNonNull(ticker);
    }

    @Override
    public Captured capture(BlobSink sink, Progress progress) {
        try (TaskScope scope = new TaskScope("take a snapshot of the database")) {
            Session keeper = scope.call(() -> scope.open(database::open));
            Source source = scope.call(() -> source(keeper));
            CaptureProgress sum = new CaptureProgress(progress, source.bytes());
            CopyPlan plan = new CopyPlan(source.properties.encoding(), keeper.serverVersion());
            TableWorkers workers = new TableWorkers(
                    database, source.moment.id(), new TableReader(sink, sum), plan.units(source.arguments.carried()));

            AtomicReference<StreamRef> archive = new AtomicReference<>();
            AtomicReference<String> schemaHash = new AtomicReference<>();
            scope.start(() -> archive.set(archive(source, sink, sum)));
            scope.start(() -> schemaHash.set(dumps(source).schemaHash(source.arguments)));
            workers.start(scope);
            scope.await();
            Map<Long, Generated> generated = scope.call(() -> release(keeper, workers, source));

            List<TableData> tables = source.arguments.carried().stream()
                    .map(table -> workers.data(table, plan.units(table), generated.get(table.oid())))
                    .toList();
            return captured(source, keeper.serverVersion(), archive.get(), schemaHash.get(), tables);
        }
    }

    /**
     * What is known before anything is read.
     *
     * @param archived about how many bytes pg_dump will carry
     */
    private record Source(
            Toolset programs,
            ExportedSnapshot moment,
            DatabaseProperties properties,
            ArchiveArguments arguments,
            long archived) {
        long bytes() {
            return archived + sizeOf(arguments.carried());
        }
    }

    private Source source(Session keeper) {
        DatabaseSettings settings = database.settings();
        Toolset programs = tools.forDump(keeper.serverVersion());
        TableLocks locks = new TableLocks(settings.lockTimeout(), ticker);
        ExportedSnapshot moment = ExportedSnapshot.take(keeper, locks::acquire);
        PrimaryPoint.MOMENT_FROZEN.reached();
        Catalog catalog = new Catalog(keeper);
        ArchiveArguments arguments = ArchiveArguments.of(moment, settings.lockTimeout());
        long archived = catalog.largeObjectBytes() + sizeOf(moment.tables()) - sizeOf(arguments.carried());
        return new Source(programs, moment, catalog.properties(), arguments, archived);
    }

    private static long sizeOf(List<SourceTable> tables) {
        return tables.stream().mapToLong(SourceTable::bytes).sum();
    }

    private ArchiveReader dumps(Source source) {
        return new ArchiveReader(tools, source.programs, database.settings().name());
    }

    private StreamRef archive(Source source, BlobSink sink, CaptureProgress sum) {
        CaptureProgress.Share share = sum.share(source.archived);
        StreamRef archive = dumps(source).archive(source.arguments, share.counting(sink));
        share.complete();
        PrimaryPoint.ARCHIVE_STORED.reached();
        return archive;
    }

    /**
     * Had the keeper's transaction ended early, so would have its locks, and a table could have been truncated under the workers: the
     * failing COMMIT tells.
     *
     * @return the generated values that a reader compares, by the table's OID
     */
    private static Map<Long, Generated> release(Session keeper, TableWorkers workers, Source source) {
        workers.finish(keeper);
        Map<Long, Generated> generated = generated(keeper, source);
        keeper.execute("COMMIT");
        PrimaryPoint.DATABASE_RELEASED.reached();
        return generated;
    }

    private static Map<Long, Generated> generated(Session keeper, Source source) {
        Map<Long, List<String>> columns = new SiteCode(keeper).generatedColumns();
        Map<Long, Generated> generated = new HashMap<>();
        for (SourceTable table : source.arguments.carried()) {
            List<String> values = columns.get(table.oid());
            if (values != null) {
                List<String> all = new ArrayList<>(table.key().isEmpty() ? table.columns() : table.key());
                values.stream().filter(column -> !all.contains(column)).forEach(all::add);
                generated.put(
                        table.oid(),
                        GeneratedValues.read(keeper, table.qualified(), all, source.properties.encoding()));
            }
        }
        return generated;
    }

    private Captured captured(
            Source source, int serverVersion, StreamRef archive, String schemaHash, List<TableData> tables) {
        return new Captured(
                source.moment.at(),
                source.moment.walLsn(),
                serverVersion,
                source.programs.version(),
                new DatabaseData(database.settings().name(), source.properties, archive, schemaHash, tables));
    }
}

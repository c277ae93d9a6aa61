package io.understudy.primary.capture.database;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.postgres.Catalog;
import io.understudy.postgres.Crew;
import io.understudy.postgres.Database;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.postgres.Toolset;
import io.understudy.primary.capture.database.ArchiveReader.Archive;
import io.understudy.primary.points.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseWriter;
import io.understudy.repository.blob.BlobSink;
import io.understudy.time.Ticker;
import java.util.List;
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
        try (Crew crew = new Crew("take a snapshot of the database")) {
            Session keeper = crew.call(() -> crew.session(database::open));
            Source source = crew.call(() -> source(keeper));
            CaptureProgress sum = new CaptureProgress(progress, source.bytes());
            CopyPlan plan = new CopyPlan(source.properties.encoding(), keeper.serverVersion());
            TableWorkers workers = new TableWorkers(
                    database, source.moment.id(), new TableReader(sink, sum), plan.units(source.arguments.carried()));

            AtomicReference<Archive> archive = new AtomicReference<>();
            crew.start(() -> archive.set(archive(source, sink, sum)));
            workers.start(crew);
            crew.await();
            crew.call(() -> release(keeper, workers));

            DatabaseWriter lists = new DatabaseWriter(sink);
            source.arguments.carried().forEach(table -> lists.add(workers.data(table, plan.units(table))));
            source.sequences.forEach(lists::add);
            return captured(source, keeper.serverVersion(), archive.get(), lists);
        }
    }

    /**
     * What is known before anything is read.
     *
     * @param diskBytes of the database on the server's disk
     * @param archived about how many bytes pg_dump will carry
     */
    private record Source(
            Toolset programs,
            ExportedSnapshot moment,
            DatabaseProperties properties,
            List<SequenceData> sequences,
            long diskBytes,
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
        List<SequenceData> sequences = new SequenceReader(keeper).read();
        ArchiveArguments arguments = ArchiveArguments.of(moment, sequences, settings.lockTimeout());
        long archived = catalog.largeObjectBytes() + sizeOf(moment.tables()) - sizeOf(arguments.carried());
        return new Source(
                programs, moment, catalog.properties(), sequences, catalog.databaseBytes(), arguments, archived);
    }

    private static long sizeOf(List<SourceTable> tables) {
        return tables.stream().mapToLong(SourceTable::bytes).sum();
    }

    private Archive archive(Source source, BlobSink sink, CaptureProgress sum) {
        CaptureProgress.Share share = sum.share(source.archived);
        ArchiveReader reader =
                new ArchiveReader(tools, source.programs, database.settings().name());
        Archive archive = reader.archive(source.arguments, share.counting(sink));
        share.complete();
        PrimaryPoint.ARCHIVE_STORED.reached();
        return archive;
    }

    /**
     * Had the keeper's transaction ended early, so would have its locks, and a table could have been truncated under the workers: the
     * failing COMMIT tells.
     */
    private static Session release(Session keeper, TableWorkers workers) {
        workers.finish(keeper);
        keeper.execute("COMMIT");
        PrimaryPoint.DATABASE_RELEASED.reached();
        return keeper;
    }

    private Captured captured(Source source, int serverVersion, Archive archive, DatabaseWriter lists) {
        return new Captured(
                source.moment.at(),
                source.moment.walLsn(),
                serverVersion,
                source.programs.version(),
                lists.finish(
                        database.settings().name(),
                        source.properties,
                        archive.schemaHash(),
                        source.diskBytes,
                        archive.stream()));
    }
}

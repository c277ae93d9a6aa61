package io.understudy.primary.capture.database;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Catalog;
import io.understudy.postgres.Database;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.SiteCode;
import io.understudy.postgres.SourceTable;
import io.understudy.postgres.Toolset;
import io.understudy.primary.capture.database.ArchiveReader.Archive;
import io.understudy.primary.capture.database.ExportedSnapshot.Export;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseWriter;
import io.understudy.repository.blob.BlobSink;
import io.understudy.tasks.TaskScope;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One moment and all that is read of it, under the eyes of a watch. A session that is kept to the end freezes the
 * moment; workers import its snapshot and copy the rows; pg_dump archives, in the same snapshot, the schema and all
 * that COPY does not carry. No session waits for a lock while it holds another. Use once.
 *
 * <p>Tables that changed under earlier attempts are locked before the moment and read in that session at once, as long
 * as that is done before any session waits too long; so a table that is truncated again and again does not keep the
 * site from its snapshot.
 */
final class CaptureAttempt {
    /** Of tables that are locked before the moment: what is surely read in less time than the watch allows. */
    private static final long QUICKLY_READ = 16 << 20;

    private static final Duration DUMP_LOCKS = Duration.ofSeconds(1);
    private static final Duration DUMP_LOCK = Duration.ofNanos(500_000);

    private final Database database;
    private final PgTools tools;
    private final Ticker ticker;
    private final TaskScope scope;
    private final LockWatch watch;
    private final Runnable frozen;

    /** @param frozen is called when the moment is frozen */
    CaptureAttempt(Database database, PgTools tools, Ticker ticker, TaskScope scope, LockWatch watch, Runnable frozen) {
        this.database = database;
        this.tools = tools;
        this.ticker = ticker;
        this.scope = scope;
        this.watch = watch;
        this.frozen = frozen;
    }

    /** @param restless tables whose rows are to be read first */
    Captured run(BlobSink sink, Progress progress, Collection<SourceTable> restless) {
        AtomicReference<Source> opened = new AtomicReference<>();
        watched(List.of(() -> opened.set(open(restless))));
        Source source = opened.get();
        CaptureProgress sum = new CaptureProgress(progress, source.bytes());
        CopyPlan plan = new CopyPlan(source.properties.encoding(), source.frozen.keeper.serverVersion());
        List<SourceTable> carried = source.arguments.carried();
        TableWorkers workers = new TableWorkers(
                database,
                source.frozen.moment,
                watch,
                ticker,
                new TableReader(sink, sum, new GeneratedReader(source.generated, source.properties.encoding())),
                plan.units(
                        carried.stream().filter(table -> !source.locked(table)).toList(), restless));

        AtomicReference<Archive> archive = new AtomicReference<>();
        List<Runnable> tasks = new ArrayList<>();
        source.frozen.opener.ifPresent(opener -> tasks.add(() -> workers.readLocked(
                opener, plan.units(carried.stream().filter(source::locked).toList()))));
        tasks.add(() -> archive.set(archive(source, sink, sum)));
        tasks.addAll(workers.tasks(scope));
        watched(tasks);
        scope.call(() -> release(source));

        DatabaseWriter lists = new DatabaseWriter(sink);
        carried.forEach(table -> lists.add(workers.data(table, plan.units(table))));
        source.sequences.forEach(lists::add);
        return captured(source, archive.get(), lists);
    }

    /** Runs the tasks side by side, under the watch. */
    private void watched(List<Runnable> tasks) {
        CountDownLatch open = new CountDownLatch(tasks.size());
        for (Runnable task : tasks) {
            scope.start(() -> {
                try {
                    task.run();
                } finally {
                    open.countDown();
                }
            });
        }
        scope.start(() -> watch.until(open));
        scope.await();
    }

    /**
     * One moment, and who holds it.
     *
     * @param keeper holds the moment
     * @param opener holds the locks of some tables
     * @param locked names of those
     */
    private record Frozen(
            ExportedSnapshot moment, Session keeper, Toolset programs, Optional<Session> opener, Set<String> locked) {}

    /**
     * What is known before anything is read.
     *
     * @param generated columns that a reader compares, by the table's OID
     * @param diskBytes of the database on the server's disk
     * @param archived about how many bytes pg_dump will carry
     */
    private record Source(
            Frozen frozen,
            DatabaseProperties properties,
            Map<Long, List<String>> generated,
            List<SequenceData> sequences,
            long diskBytes,
            ArchiveArguments arguments,
            long archived) {
        long bytes() {
            return archived + sizeOf(arguments.carried());
        }

        boolean locked(SourceTable table) {
            return frozen.locked.contains(table.qualified());
        }
    }

    private Source open(Collection<SourceTable> restless) {
        try {
            return opened(restless);
        } catch (UnderstudyException e) {
            if (ExclusiveLocks.gone(e)) {
                throw new MomentLost("a sequence was dropped at that moment");
            }
            throw ExclusiveLocks.refused(e) ? new MomentLost("a table was locked exclusively at that moment") : e;
        }
    }

    private Source opened(Collection<SourceTable> restless) {
        Session keeper = watch.guard(scope.open(database::open));
        Toolset programs = tools.forDump(keeper.serverVersion());
        ExclusiveLocks locks = new ExclusiveLocks(database.settings().lockTimeout(), ticker);
        locks.awaitNone(keeper);
        List<SourceTable> quick =
                restless.stream().filter(table -> table.bytes() <= QUICKLY_READ).toList();
        Optional<Session> opener = Optional.empty();
        Set<String> locked = Set.of();
        ExportedSnapshot moment;
        if (quick.isEmpty()) {
            moment = ExportedSnapshot.take(keeper);
        } else {
            opener = Optional.of(watch.guard(scope.open(database::open)));
            locked = locks.begin(opener.get(), quick);
            moment = ExportedSnapshot.keep(keeper, Export.of(opener.get()));
        }
        PrimaryPoint.MOMENT_FROZEN.reached();
        frozen.run();
        return ExportedSnapshot.withoutLocks(keeper, catalogs(new Frozen(moment, keeper, programs, opener, locked)));
    }

    private static Function<Session, Source> catalogs(Frozen frozen) {
        ExportedSnapshot moment = frozen.moment;
        return session -> {
            Catalog catalog = new Catalog(session);
            List<SequenceData> sequences = new SequenceReader(session).read();
            ArchiveArguments arguments = ArchiveArguments.of(moment, sequences, dumpLocks(moment));
            return new Source(
                    frozen,
                    catalog.properties(),
                    new SiteCode(session).generatedColumns(),
                    sequences,
                    catalog.databaseBytes(),
                    arguments,
                    catalog.largeObjectBytes() + sizeOf(moment.tables()) - sizeOf(arguments.carried()));
        };
    }

    /** How long pg_dump may take to lock all tables, none of which was locked exclusively a moment ago. */
    private static Duration dumpLocks(ExportedSnapshot moment) {
        return DUMP_LOCKS.plus(DUMP_LOCK.multipliedBy(moment.tables().size()));
    }

    private static long sizeOf(List<SourceTable> tables) {
        return tables.stream().mapToLong(SourceTable::bytes).sum();
    }

    private Archive archive(Source source, BlobSink sink, CaptureProgress sum) {
        CaptureProgress.Share share = sum.share(source.archived);
        ArchiveReader reader = new ArchiveReader(
                tools, source.frozen.programs, database.settings().name());
        Archive archive = consistent(source, () -> reader.archive(source.arguments, share.counting(sink)));
        share.complete();
        PrimaryPoint.ARCHIVE_STORED.reached();
        return archive;
    }

    /**
     * What pg_dump gives is of the moment only when nothing has changed until it ended; and what has changed may make
     * it fail.
     */
    private <T> T consistent(Source source, Supplier<T> dump) {
        T result;
        try {
            result = dump.get();
        } catch (UnderstudyException e) {
            throw disturbance(source, e).<RuntimeException>map(MomentLost::new).orElse(e);
        }
        changed(source).ifPresent(why -> {
            throw new MomentLost(why);
        });
        return result;
    }

    private Optional<String> disturbance(Source source, UnderstudyException failure) {
        return switch (failure.code()) {
            case DUMP_FAILED -> changed(source).or(watch::obstacle);
            case DATABASE_BUSY -> watch.obstacle().or(() -> Optional.of(failure.getMessage()));
            default -> Optional.empty();
        };
    }

    private Optional<String> changed(Source source) {
        ExportedSnapshot moment = source.frozen.moment;
        boolean stands = watch.now(session -> moment.stamp().standsIn(CatalogStamp.of(session))
                && moment.keepsAllBut(source.arguments.carried(), TableStates.all(session)));
        return stands ? Optional.empty() : Optional.of("the schema changed while pg_dump read it");
    }

    /**
     * The snapshot was kept to the end, as the COMMIT that does not fail shows, and the labels of enumerations have not
     * changed.
     */
    private Session release(Source source) {
        source.frozen.keeper.execute("COMMIT");
        if (!watch.now(session -> source.frozen.moment.stamp().enumsStandIn(CatalogStamp.ofEnums(session)))) {
            throw new MomentLost("an enumeration was altered while its values were read");
        }
        PrimaryPoint.DATABASE_RELEASED.reached();
        return source.frozen.keeper;
    }

    private Captured captured(Source source, Archive archive, DatabaseWriter lists) {
        return new Captured(
                source.frozen.moment.at(),
                source.frozen.moment.walLsn(),
                source.frozen.keeper.serverVersion(),
                source.frozen.programs.version(),
                lists.finish(
                        database.settings().name(),
                        source.properties,
                        archive.schemaHash(),
                        source.diskBytes,
                        archive.stream()));
    }
}

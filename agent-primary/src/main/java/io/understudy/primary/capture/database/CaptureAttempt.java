package io.understudy.primary.capture.database;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.KeptSessions;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.primary.capture.database.ArchiveReader.Archive;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.primary.capture.database.SourceDatabase.Effort;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.CommitNotice;
import io.understudy.primary.capture.database.tracking.TrackedRun;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseWriter;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.MemoryBudget;
import io.understudy.tasks.TaskScope;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
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
    /** Bytes that one session reads in about a second. */
    private static final long LITTLE = 64 << 20;

    private final KeptSessions sessions;
    private final PgTools tools;
    private final Ticker ticker;
    private final TaskScope scope;
    private final LockWatch watch;
    private final Runnable frozen;

    private final Optional<Before> before;
    private final Optional<TrackedRun> changes;
    private final KnownCatalogs known;

    /**
     * @param before what may be built on
     * @param changes how to learn what changed since
     * @param known catalogs of the moment before
     * @param frozen is called when the moment is frozen
     */
    CaptureAttempt(
            KeptSessions sessions,
            PgTools tools,
            Ticker ticker,
            TaskScope scope,
            LockWatch watch,
            Optional<Before> before,
            Optional<TrackedRun> changes,
            KnownCatalogs known,
            Runnable frozen) {
        this.sessions = sessions;
        this.tools = tools;
        this.ticker = ticker;
        this.scope = scope;
        this.watch = watch;
        this.before = before;
        this.changes = changes;
        this.known = known;
        this.frozen = frozen;
    }

    /**
     * @param restless tables whose rows are to be read first
     * @param named takes which files the rows name
     */
    Captured run(BlobSink sink, Progress progress, Collection<SourceTable> restless, NamedFiles named) {
        AtomicReference<CaptureSource> opened = new AtomicReference<>();
        CaptureOpening opening = new CaptureOpening(sessions, tools, ticker, scope, watch, changes, known, frozen);
        watched(List.of(() -> opened.set(opening.open(restless))));
        CaptureSource source = opened.get();
        TableTasks units = new TableTasks(source, restless);
        CaptureProgress sum =
                new CaptureProgress(progress, units.weight() + (source.archiveStands() ? 0 : source.archived()));
        TableReader reader = new TableReader(sink, sum, new GeneratedReader(source.generated(), source.encoding()));
        TableWorkers workers = workers(source, reader, units.open());
        // Where the slot could not be read, it may be within a failed transaction, or gone.
        source.tracked().flatMap(read -> changes).map(TrackedRun::session).ifPresent(workers::leave);

        AtomicReference<Archive> archive = new AtomicReference<>();
        List<Runnable> tasks = new ArrayList<>();
        source.frozen().opener().ifPresent(opener -> tasks.add(() -> workers.readLocked(opener, units.locked())));
        tasks.add(() -> archive.set(source.archiveStands() ? standing() : archive(source, sink, sum)));
        tasks.addAll(workers.tasks(scope, sideBySide(units.open())));
        if (!named.rules().isEmpty()) {
            ClosureReader closure =
                    new ClosureReader(sessions.database(), source.frozen().moment(), watch, named);
            tasks.add(() -> closure.read(scope));
        }
        watched(tasks);
        List<CopyTask> again = units.unfit(workers);
        if (!again.isEmpty()) {
            TableWorkers more = workers(source, reader, again);
            watched(more.tasks(scope, sideBySide(again)));
            workers.take(more);
        }
        scope.call(() -> release(source));

        DatabaseWriter lists = new DatabaseWriter(
                sink, before.map(each -> each.keeping().apply(sink)).orElse(sink));
        source.carried().forEach(table -> lists.add(units.data(table, workers, sink)));
        source.sequences().forEach(lists::add);
        return captured(source, archive.get(), lists, workers.waited());
    }

    private TableWorkers workers(CaptureSource source, TableReader reader, List<CopyTask> units) {
        return new TableWorkers(sessions, source.frozen().moment(), watch, ticker, reader, units);
    }

    /** One that comes every few seconds, and reads little, leaves the other processors to the site. */
    private int sideBySide(List<CopyTask> units) {
        boolean gently = changes.filter(TrackedRun::isFrequent).isPresent()
                && units.stream().mapToLong(CopyTask::weight).sum() <= LITTLE;
        return gently ? 1 : MemoryBudget.workers(sessions.settings().connections());
    }

    /** What pg_dump would write again. */
    private Archive standing() {
        Before.Newest newest = before.flatMap(Before::newest).orElseThrow();
        return new Archive(
                newest.database().archive().whole(newest.lists()),
                newest.database().schemaHash());
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

    private Archive archive(CaptureSource source, BlobSink sink, CaptureProgress sum) {
        CaptureProgress.Share share = sum.share(source.archived());
        ArchiveReader reader = new ArchiveReader(
                tools, source.frozen().programs(), sessions.settings().name());
        Archive archive = consistent(source, () -> reader.archive(source.arguments(), share.counting(sink)));
        share.complete();
        PrimaryPoint.ARCHIVE_STORED.reached();
        return archive;
    }

    /**
     * What pg_dump gives is of the moment only when nothing has changed until it ended; and what has changed may make
     * it fail.
     */
    private <T> T consistent(CaptureSource source, Supplier<T> dump) {
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

    private Optional<String> disturbance(CaptureSource source, UnderstudyException failure) {
        return switch (failure.code()) {
            case DUMP_FAILED -> changed(source).or(watch::obstacle);
            case DATABASE_BUSY -> watch.obstacle().or(() -> Optional.of(failure.getMessage()));
            default -> Optional.empty();
        };
    }

    private Optional<String> changed(CaptureSource source) {
        ExportedSnapshot moment = source.frozen().moment();
        boolean stands = watch.now(session -> source.stamp().standsIn(CatalogStamp.of(session))
                && moment.keepsAllBut(source.arguments().carried(), TableStates.all(session)));
        return stands ? Optional.empty() : Optional.of("the schema changed while pg_dump read it");
    }

    /**
     * The snapshot was kept to the end, as the COMMIT that does not fail shows, and the labels of enumerations have not
     * changed.
     */
    private Session release(CaptureSource source) {
        source.frozen().keeper().execute("COMMIT");
        if (!watch.now(session -> source.stamp().enumsStandIn(CatalogStamp.ofEnums(session)))) {
            throw new MomentLost("an enumeration was altered while its values were read");
        }
        PrimaryPoint.DATABASE_RELEASED.reached();
        return source.frozen().keeper();
    }

    private Captured captured(CaptureSource source, Archive archive, DatabaseWriter lists, Duration waited) {
        return new Captured(
                source.frozen().moment().at(),
                source.frozen().moment().walLsn(),
                source.frozen().keeper().serverVersion(),
                source.frozen().programs().version(),
                lists.finish(
                        sessions.settings().name(),
                        source.properties(),
                        archive.schemaHash(),
                        source.diskBytes(),
                        archive.stream()),
                source.tracked().map(TrackedRun.Found::commit).orElse(CommitNotice.NONE),
                Optional.of(source.seen()),
                new Effort(
                        source.tracked().filter(TrackedRun.Found::builds).isPresent(),
                        waited,
                        source.tracked().map(TrackedRun.Found::decoding).orElse(Duration.ZERO)));
    }
}

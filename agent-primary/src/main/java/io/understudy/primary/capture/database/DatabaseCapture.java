package io.understudy.primary.capture.database;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.KeptSessions;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.primary.capture.database.tracking.Before;
import io.understudy.primary.capture.database.tracking.ChangeTracking;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.primary.capture.database.tracking.TrackedRun;
import io.understudy.progress.Progress;
import io.understudy.repository.blob.BlobSink;
import io.understudy.tasks.TaskScope;
import io.understudy.time.Ticker;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Reads a database as of one moment, and takes another moment whenever the site would have to wait for the first: see
 * {@link LockWatch}. Nothing waits in memory or on disk: each stream goes straight into blobs. For one capture at a
 * time where changes are tracked.
 */
public final class DatabaseCapture implements SourceDatabase {
    static final String WHAT = "take a snapshot of the database";

    private final KeptSessions sessions;
    private final PgTools tools;
    private final Ticker ticker;
    private final Optional<ChangeTracking> tracking;
    private final KnownCatalogs known = new KnownCatalogs();

    /** @param tracking where changes are to be tracked, if the server allows it */
    public DatabaseCapture(Database database, PgTools tools, Ticker ticker, Optional<ChangeTracking> tracking) {
        this(new KeptSessions(database), tools, ticker, tracking);
    }

    /** @param sessions that captures leave to each other, once {@link #look} was called */
    public DatabaseCapture(KeptSessions sessions, PgTools tools, Ticker ticker, Optional<ChangeTracking> tracking) {
        this.sessions = Objects.requireNonNull(sessions);
        this.tools = Objects.requireNonNull(tools);
        this.ticker = Objects.requireNonNull(ticker);
        this.tracking = Objects.requireNonNull(tracking);
    }

    @Override
    public Captured capture(Optional<Before> before, BlobSink sink, Progress progress, Runnable frozen) {
        return capture(before, NamedFiles.NONE, sink, progress, frozen);
    }

    @Override
    public Captured capture(
            Optional<Before> before, NamedFiles named, BlobSink sink, Progress progress, Runnable frozen) {
        Attempts attempts = new Attempts(ticker, new Random());
        while (true) {
            try {
                return capture(before, named, sink, progress, frozen, attempts.restless());
            } catch (MomentLost e) {
                attempts.pauseAfter(e);
            }
        }
    }

    @Override
    public Optional<MomentSeen> look() {
        sessions.keep();
        return Optional.of(sessions.with(MomentSeen::in));
    }

    @Override
    public void rest() {
        known.forget();
        sessions.rest();
    }

    @Override
    public <T> T holding(Supplier<T> work) {
        return sessions.holding(work);
    }

    private Captured capture(
            Optional<Before> before,
            NamedFiles named,
            BlobSink sink,
            Progress progress,
            Runnable frozen,
            Collection<SourceTable> restless) {
        String dumps = "understudy pg_dump " + UUID.randomUUID().toString().substring(0, 8);
        try (TaskScope watching = new TaskScope(WHAT)) {
            LockWatch watch = watching.call(() -> new LockWatch(watching.open(sessions::open), dumps, ticker));
            try (TaskScope scope = new TaskScope(WHAT)) {
                Optional<TrackedRun> changes = before.flatMap(
                        known -> tracking.flatMap(each -> each.begin(scope.open(sessions::open), known)));
                Captured captured = new CaptureAttempt(
                                sessions, tools.named(dumps), ticker, scope, watch, before, changes, known, frozen)
                        .run(sink, progress, restless, named);
                giveBack(scope);
                return captured;
            } catch (UnderstudyException e) {
                throw e.code() == ErrorCode.CANCELLED
                        ? e
                        : watch.loss().<RuntimeException>map(MomentLost::new).orElse(e);
            } finally {
                watch.endDumps();
                giveBack(watching);
            }
        }
    }

    private void giveBack(TaskScope ended) {
        ended.detach().forEach(session -> sessions.giveBack((Session) session));
    }
}

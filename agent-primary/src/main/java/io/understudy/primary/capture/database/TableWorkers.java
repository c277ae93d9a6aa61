package io.understudy.primary.capture.database;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.KeptSessions;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.primary.capture.database.ExclusiveLocks.Lock;
import io.understudy.primary.capture.database.TableReader.Rows;
import io.understudy.primary.capture.database.TableStates.State;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.digest.RowDigest;
import io.understudy.tasks.TaskScope;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Sessions that read units side by side in the frozen snapshot. Each holds the lock of one table at a time, from before
 * it compares the table with the moment until the unit's rows are read. A table that is locked exclusively, or that
 * another session waits to lock, is read later; so is one whose reader the watch ended.
 */
final class TableWorkers {
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final KeptSessions sessions;
    private final ExportedSnapshot moment;
    private final LockWatch watch;
    private final Ticker ticker;
    private final TableReader reader;
    private final Queue<CopyTask> open;
    private final Map<CopyTask, Long> triedSince = new ConcurrentHashMap<>();
    private final Map<CopyTask, Rows> done = new ConcurrentHashMap<>();
    private final Queue<Session> idle = new ConcurrentLinkedQueue<>();
    private final Map<Thread, Duration> waited = new ConcurrentHashMap<>();

    TableWorkers(
            KeptSessions sessions,
            ExportedSnapshot moment,
            LockWatch watch,
            Ticker ticker,
            TableReader reader,
            List<CopyTask> units) {
        this.sessions = sessions;
        this.moment = moment;
        this.watch = watch;
        this.ticker = ticker;
        this.reader = reader;
        this.open = new ConcurrentLinkedQueue<>(units);
    }

    /** Gives one of the workers a session of the scope whose work is done, in place of one of its own. */
    void leave(Session session) {
        idle.add(session);
    }

    /**
     * What the scope has to do side by side; each throws {@link MomentLost} when a table is no longer as it was.
     *
     * @param most how many
     */
    List<Runnable> tasks(TaskScope scope, int most) {
        int workers = Math.min(most, open.size());
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            tasks.add(() -> work(scope));
        }
        return tasks;
    }

    /** Reads units in a session that holds their tables' locks from before the moment. */
    void readLocked(Session session, List<CopyTask> units) {
        for (CopyTask unit : units) {
            done.put(unit, reader.read(session, unit));
            PrimaryPoint.TABLE_STORED.reached();
        }
        session.execute("COMMIT");
    }

    private void work(TaskScope scope) {
        Session session = null;
        for (CopyTask unit = open.poll(); unit != null; unit = open.poll()) {
            session = session == null ? begin(scope) : session;
            try {
                if (!read(session, unit)) {
                    later(unit, "is locked exclusively");
                }
            } catch (UnderstudyException e) {
                Optional<String> ended = watch.ended(session);
                if (ended.isEmpty() && !ExclusiveLocks.refused(e)) {
                    throw e;
                }
                session.close();
                session = null;
                later(
                        unit,
                        ended.map(why -> "was disturbed while it was read: " + why)
                                .orElse("is locked exclusively"));
            }
        }
        if (session != null) {
            // It stays open to the end of the scope, and must keep no moment until then.
            session.execute("ROLLBACK");
        }
    }

    private Session begin(TaskScope scope) {
        Session left = idle.poll();
        Session session = watch.guardWorker(left == null ? scope.open(sessions::open) : left);
        ExportedSnapshot.begin(session, moment.id());
        // An index that is being built again is waited for without a place in the queue of the table.
        session.execute("SET LOCAL lock_timeout = '300ms'");
        return session;
    }

    /** @return false when another session needs the table */
    private boolean read(Session session, CopyTask unit) {
        Lock lock = ExclusiveLocks.tryLock(session, unit.table());
        if (lock == Lock.REFUSED) {
            return false;
        }
        if (lock == Lock.GONE || !unchanged(unit.table())) {
            throw new MomentLost(
                    "table " + unit.table().qualified() + " was dropped, truncated, rewritten or renamed",
                    unit.table());
        }
        Rows rows = reader.read(session, unit);
        ExclusiveLocks.release(session);
        done.put(unit, rows);
        PrimaryPoint.TABLE_STORED.reached();
        return true;
    }

    private boolean unchanged(SourceTable table) {
        State then = moment.states().get(table.oid());
        return watch.now(session -> TableStates.of(session, table.oid()))
                .filter(then::survivesIn)
                .isPresent();
    }

    private void later(CopyTask unit, String why) {
        Duration tried = ticker.since(triedSince.computeIfAbsent(unit, first -> ticker.nanos()));
        if (tried.compareTo(sessions.settings().lockTimeout()) > 0) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_BUSY,
                    "cannot snapshot the database: table " + unit.table().qualified() + " " + why,
                    "take the snapshot when that statement does not run, or raise database.lock_timeout");
        }
        Duration pause = within(tried.dividedBy(4));
        waited.merge(Thread.currentThread(), pause, Duration::plus);
        ticker.pause(pause, DatabaseCapture.WHAT);
        open.add(unit);
    }

    private static Duration within(Duration pause) {
        Duration atLeast = pause.compareTo(SHORTEST_PAUSE) > 0 ? pause : SHORTEST_PAUSE;
        return atLeast.compareTo(LONGEST_PAUSE) < 0 ? atLeast : LONGEST_PAUSE;
    }

    /** What was read of a unit. */
    Rows rows(CopyTask unit) {
        return done.get(unit);
    }

    /** Takes over what others have read. */
    void take(TableWorkers others) {
        done.putAll(others.done);
        waited.putAll(others.waited);
    }

    /** For tables that other sessions had locked, of the worker that waited longest. */
    Duration waited() {
        return waited.values().stream().max(Duration::compareTo).orElse(Duration.ZERO);
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
                parts.get(0).generated(),
                new TableContent(stream));
    }
}

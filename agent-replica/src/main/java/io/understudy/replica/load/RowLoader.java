package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Crew;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Copies the rows of all tables into the spare database by parallel sessions. Each COPY is a transaction, and a blob's hash is checked before
 * its last byte is handed on, so rows of a damaged blob are never stored. No trigger, rule, policy, foreign key or index exists yet: what
 * COPY says it stored is what is there, and that is compared with the manifest.
 */
final class RowLoader {
    private final Database database;
    private final String spare;
    private final BlobSource blobs;
    private final Progress progress;

    RowLoader(Database database, String spare, BlobSource blobs, Progress progress) {
        this.database = database;
        this.spare = spare;
        this.blobs = blobs;
        this.progress = progress;
    }

    /** @throws UnderstudyException {@code LOAD_FAILED}, {@code LOAD_MISMATCH}, {@code CANCELLED}, and those of blobs and sessions */
    void load(DatabaseData data) {
        int workers = database.settings().connections();
        List<TableData> tables = tables(data);
        CopyPlan plan = CopyPlan.of(tables, blobs, workers);
        Work work = new Work(plan, data.properties().encoding());
        try (Crew crew = new Crew("load the rows of the database")) {
            for (int i = 0; i < Math.min(workers, plan.tasks().size()); i++) {
                crew.start(() -> work.run(crew.session(() -> database.open(spare))));
            }
            crew.await();
        }
        compare(tables, work.stored);
    }

    private List<TableData> tables(DatabaseData data) {
        try (Stream<TableData> tables = data.tables(blobs)) {
            return tables.toList();
        }
    }

    private static void compare(List<TableData> tables, Map<String, AtomicLong> stored) {
        String wrong = tables.stream()
                .filter(table -> stored(stored, table) != table.rows())
                .map(table -> name(table) + " has " + stored(stored, table) + " of " + table.rows() + " rows")
                .limit(10)
                .collect(Collectors.joining(", "));
        if (!wrong.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_MISMATCH,
                    "cannot trust the loaded database: " + wrong,
                    "run agent-replica verify; when it finds no fault, report this");
        }
    }

    private static long stored(Map<String, AtomicLong> stored, TableData table) {
        AtomicLong rows = stored.get(name(table));
        return rows == null ? 0 : rows.get();
    }

    private static String name(TableData table) {
        return Sql.qualified(table.schema(), table.name());
    }

    /** What the workers share. */
    private final class Work {
        private final Queue<CopyTask> tasks;
        private final String encoding;
        private final long total;
        private final AtomicLong done = new AtomicLong();
        private final Map<String, AtomicLong> stored = new ConcurrentHashMap<>();

        Work(CopyPlan plan, String encoding) {
            this.tasks = new ConcurrentLinkedQueue<>(plan.tasks());
            this.encoding = encoding;
            this.total = plan.bytes();
        }

        void run(Session session) {
            session.execute("SET synchronous_commit = off");
            CopyTargets targets = CopyTargets.of(session);
            for (CopyTask task = tasks.poll(); task != null; task = tasks.poll()) {
                long rows = copy(session, task, targets);
                ReplicaPoint.ROWS_COPIED.reached();
                stored.computeIfAbsent(name(task.table()), table -> new AtomicLong())
                        .addAndGet(rows);
            }
        }

        private long copy(Session session, CopyTask task, CopyTargets targets) {
            String columns =
                    task.table().columns().stream().map(Sql::identifier).collect(Collectors.joining(", "));
            String sql = "COPY " + targets.of(task.table()) + " (" + columns
                    + ") FROM STDIN WITH (FORMAT text, ENCODING " + Sql.literal(encoding) + ")";
            try (InputStream rows = new BlobSequence(task.blobs().iterator(), blobs, this::report)) {
                return session.copyIn(sql, rows);
            } catch (UnderstudyException e) {
                throw e.code() == ErrorCode.DATABASE_FAILED ? failed(task.table(), e) : e;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void report(long bytes) {
            progress.report("load", done.addAndGet(bytes), total);
        }

        private UnderstudyException failed(TableData table, UnderstudyException cause) {
            return new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot load table " + name(table) + ": " + cause.getMessage(),
                    cause.hint(),
                    cause);
        }
    }
}

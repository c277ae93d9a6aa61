package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.digest.Lines;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * Copies rows into the spare database and counts them. Each COPY is a transaction, and a blob's hash is checked before
 * its last byte is handed on, so rows of a damaged blob are never stored. No trigger, rule, policy, foreign key or
 * index exists yet: what COPY says it stored is what is there, and that is compared with the manifest. Thread-safe.
 */
final class TableCopy {
    private final BlobSource blobs;
    private final Progress progress;
    private final String encoding;
    private final CopyTargets targets;
    private final long total;
    private final AtomicLong done = new AtomicLong();
    private final Map<TableData, AtomicLong> stored = new ConcurrentHashMap<>();

    /** @param total plain bytes of all rows */
    TableCopy(BlobSource blobs, Progress progress, String encoding, CopyTargets targets, long total) {
        this.blobs = blobs;
        this.progress = progress;
        this.encoding = encoding;
        this.targets = targets;
        this.total = total;
    }

    static String columns(TableData table) {
        return table.columns().stream().map(Sql::identifier).collect(Collectors.joining(", "));
    }

    static String name(TableData table) {
        return Sql.qualified(table.schema(), table.name());
    }

    /**
     * @throws UnderstudyException {@code LOAD_FAILED} when the server refuses the rows, and those of blobs and
     *     sessions; the session has ended then
     */
    void run(Session session, CopyTask task) {
        AtomicLong read = new AtomicLong();
        boolean complete = false;
        try (InputStream rows = rows(task, bytes -> {
            read.addAndGet(bytes);
            report(bytes);
        })) {
            long count = session.copyIn(statement(task.table()), rows);
            stored.computeIfAbsent(task.table(), table -> new AtomicLong()).addAndGet(count);
            complete = true;
        } catch (UnderstudyException e) {
            throw DatabaseErrors.refuses(e) ? refused(task.table(), e) : e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (!complete) {
                done.addAndGet(-read.get());
            }
        }
    }

    /** The keys that go with deltas are read for each COPY: so no more of them are held than there are sessions. */
    private InputStream rows(CopyTask task, LongConsumer read) {
        return TableRows.of(task.table(), blobs)
                .remaining(task.layer(), new BlobSequence(task.blobs().iterator(), blobs, read));
    }

    /** Copies a table's rows again, in place of those that were counted. */
    void again(Session session, TableData table) {
        try (InputStream rows = TableRows.all(table, blobs)) {
            session.copyIn(statement(table), rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies some rows more, which are not counted for {@link #requireAll}. @return how many were stored */
    long more(Session session, TableData table, Lines rows) {
        try (InputStream in = rows.open()) {
            return session.copyIn(statement(table), in);
        } catch (UnderstudyException e) {
            throw DatabaseErrors.refuses(e) ? refused(table, e) : e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The table, qualified, that its rows are stored through. */
    String target(TableData table) {
        return targets.of(table);
    }

    private String statement(TableData table) {
        return "COPY " + targets.of(table) + " (" + columns(table) + ") FROM STDIN WITH (FORMAT text, ENCODING "
                + Sql.literal(encoding) + ")";
    }

    private void report(long bytes) {
        progress.report("load", done.addAndGet(bytes), total);
    }

    private static UnderstudyException refused(TableData table, UnderstudyException cause) {
        String message = "cannot load table " + name(table) + ": " + cause.getMessage();
        String hint = SearchPathHint.of(cause.getMessage(), DatabaseErrors.context(cause))
                .orElse(cause.hint());
        return new UnderstudyException(ErrorCode.LOAD_FAILED, message, hint, cause);
    }

    /** @throws UnderstudyException {@code LOAD_MISMATCH} when other rows than the manifest's were stored */
    void requireAll(List<TableData> tables) {
        String wrong = tables.stream()
                .filter(table -> count(table) != table.rows())
                .map(table -> name(table) + " has " + count(table) + " of " + table.rows() + " rows")
                .limit(10)
                .collect(Collectors.joining(", "));
        if (!wrong.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_MISMATCH,
                    "verification of the loaded database failed: " + wrong,
                    "run agent-replica verify; if it finds no fault, this is a defect of Understudy: please report it with the agent's log");
        }
    }

    private long count(TableData table) {
        AtomicLong rows = stored.get(table);
        return rows == null ? 0 : rows.get();
    }
}

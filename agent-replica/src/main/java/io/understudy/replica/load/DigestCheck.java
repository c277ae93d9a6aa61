package io.understudy.replica.load;

import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.digest.RowDigest;
import io.understudy.tasks.TaskScope;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Compares the rows of a database with the digests of a snapshot: each table is read as COPY writes it and summed up.
 * Tables without a digest are passed over. Changes nothing.
 */
final class DigestCheck {
    private final Database database;
    private final String name;
    private final String encoding;

    /** @param name of the database */
    DigestCheck(Database database, String name, String encoding) {
        this.database = database;
        this.name = name;
        this.encoding = encoding;
    }

    /** @param buckets whose rows differ, as {@code format.md} numbers them */
    record Mismatch(TableData table, List<Integer> buckets, int of) {
        String text() {
            String which = buckets.stream().limit(5).map(String::valueOf).collect(Collectors.joining(", "));
            return table.schema() + "." + table.name() + " (bucket " + which + (buckets.size() > 5 ? ", …" : "")
                    + " of " + of + ")";
        }
    }

    /**
     * @param progress receives the step {@code verify} in bytes of rows
     * @return the tables that differ, in no order
     */
    Collection<Mismatch> compare(Collection<TableData> tables, Progress progress) {
        Collection<Mismatch> found = new ConcurrentLinkedQueue<>();
        long total = tables.stream().mapToLong(TableData::bytes).sum();
        AtomicLong done = new AtomicLong();
        Queue<TableData> open = new ConcurrentLinkedQueue<>(
                tables.stream().filter(table -> table.digest() != null).toList());
        try (TaskScope scope = new TaskScope("compare the rows of tables with the snapshot")) {
            for (int i = Math.min(database.settings().connections(), open.size()); i > 0; i--) {
                scope.start(() -> {
                    // One session for many tables: most are small, and a session costs more than they.
                    try (Session session = scope.open(() -> database.open(name))) {
                        for (TableData table = open.poll(); table != null; table = open.poll()) {
                            compare(session, table, found);
                            progress.report("verify", done.addAndGet(table.bytes()), total);
                        }
                    }
                });
            }
            scope.await();
        }
        return List.copyOf(found);
    }

    private void compare(Session session, TableData table, Collection<Mismatch> found) {
        RowDigest digest = new RowDigest(table.columns(), table.key());
        session.copyOut(
                "COPY (SELECT " + TableCopy.columns(table) + " FROM ONLY " + TableCopy.name(table)
                        + ") TO STDOUT (FORMAT text, ENCODING " + Sql.literal(encoding) + ")",
                digest);
        List<Integer> buckets = digest.digestLike(table.digest()).differing(table.digest());
        if (!buckets.isEmpty()) {
            found.add(new Mismatch(table, buckets, table.digest().sums().size()));
        }
    }
}

package io.understudy.replica.load;

import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.tasks.TaskScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Finds the tables that are not as the load of a database left them: the database was live since, and a site in backup
 * mode may write. Each table is scanned once, without its values that lie out of line: rows that were inserted or
 * updated carry a later transaction, and where rows were deleted the number differs.
 *
 * <p>PostgreSQL keeps the number of the inserting transaction in each row, but only its lower 32 bits; so a mark is of
 * use for 2^31 transactions.
 */
final class Drift {
    private static final long MOST_TRANSACTIONS = 1L << 31;

    private final Database database;
    private final String name;
    private final LoadMark mark;

    /** @param name of the database */
    Drift(Database database, String name, LoadMark mark) {
        this.database = database;
        this.name = name;
        this.mark = mark;
    }

    /**
     * @param tables with the rows that they should have; those of one target are counted together
     * @return by the name of the table: what is other, as the end of a sentence
     * @throws FullLoadRequired when the mark is too old
     */
    Map<String, String> find(Map<String, Long> tables, Map<String, List<String>> together) {
        Map<String, Counts> counted = count(tables.keySet());
        Map<String, String> found = new HashMap<>();
        together.values().forEach(group -> {
            long wanted = group.stream().mapToLong(tables::get).sum();
            long rows =
                    group.stream().mapToLong(table -> counted.get(table).rows()).sum();
            long later = group.stream()
                    .mapToLong(table -> counted.get(table).later())
                    .sum();
            if (later > 0) {
                group.forEach(table ->
                        found.put(table, later + " of its rows were written on this server since the last import"));
            } else if (rows != wanted) {
                group.forEach(table -> found.put(
                        table, "it had " + rows + " rows, not the " + wanted + " of the last import, on this server"));
            }
        });
        return found;
    }

    /** The same of tables alone; none where the mark is too old to say. */
    Set<String> findIfKnown(Map<String, Long> tables) {
        try {
            return find(tables, alone(tables.keySet())).keySet();
        } catch (FullLoadRequired e) {
            return Set.of();
        }
    }

    /** @throws FullLoadRequired when the schema, or what no list of the snapshot names, is not as it was */
    Set<String> findOthers(Session session, String catalogs, Set<String> listed) {
        requireCatalogs(catalogs, mark);
        if (!LoadMark.others(session, listed).equals(mark.others().keySet())) {
            throw new FullLoadRequired(
                    "tables or views were made, filled or emptied on this server since the last import");
        }
        return find(mark.others(), alone(mark.others().keySet())).keySet();
    }

    /** @throws FullLoadRequired when the schema is not as it was */
    static void requireCatalogs(String catalogs, LoadMark mark) {
        if (!catalogs.equals(mark.catalogs())) {
            throw new FullLoadRequired("the schema was changed on this server since the last import");
        }
    }

    static Map<String, List<String>> alone(Collection<String> tables) {
        return tables.stream().collect(Collectors.toMap(table -> table, List::of));
    }

    private record Counts(long rows, long later) {}

    private Map<String, Counts> count(Set<String> tables) {
        Map<String, Counts> counted = new ConcurrentHashMap<>();
        try (TaskScope scope = new TaskScope("look what was written on this server")) {
            List<String> all = new ArrayList<>(new TreeSet<>(tables));
            int sessions = Math.max(1, Math.min(database.settings().connections(), all.size()));
            List<List<String>> shares = shares(all, sessions);
            shares.forEach(share -> scope.start(() -> {
                try (Session session = scope.open(() -> database.open(name))) {
                    String span = span(session);
                    share.forEach(table -> counted.put(table, count(session, table, span)));
                }
            }));
            scope.await();
        }
        return counted;
    }

    private static List<List<String>> shares(List<String> all, int count) {
        Map<Integer, List<String>> shares = new LinkedHashMap<>();
        for (int i = 0; i < all.size(); i++) {
            shares.computeIfAbsent(i % count, none -> new ArrayList<>()).add(all.get(i));
        }
        return List.copyOf(shares.values());
    }

    /** How old, in transactions, a row is at most that was written after the mark. */
    private String span(Session session) {
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        long since = LoadMark.next(session) - mark.transaction();
        if (since < 0 || since >= MOST_TRANSACTIONS) {
            throw new FullLoadRequired(
                    "the last import into this database is too long ago: " + since + " transactions");
        }
        return "pg_catalog.age(" + Sql.literal(Long.toString(mark.transaction() & 0xffffffffL)) + "::pg_catalog.xid)";
    }

    private static Counts count(Session session, String table, String span) {
        return session.first(
                        "SELECT count(*) AS rows, count(*) FILTER (WHERE pg_catalog.age(xmin) BETWEEN 0 AND " + span
                                + ") AS later FROM ONLY " + table,
                        row -> new Counts(row.number("rows"), row.number("later")))
                .orElseThrow();
    }
}

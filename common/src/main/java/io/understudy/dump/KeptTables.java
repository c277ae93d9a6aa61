package io.understudy.dump;

import io.understudy.dump.DumpScript.Kind;
import io.understudy.dump.DumpScript.Part;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the tables that an earlier restore stored have as many rows as it stored: a crash of the server empties
 * unlogged ones, and someone may have changed a database that lay there for days. Tables of extensions are passed over,
 * as these bring rows themselves. A view in a table's place would run functions of the site: locked first, so that they
 * stay what they are, only tables are read.
 */
final class KeptTables {
    private static final Logger LOG = LoggerFactory.getLogger(KeptTables.class);
    private static final int AT_ONCE = 50;

    private static final String UNLOGGED = "SELECT count(*) FROM pg_catalog.pg_class WHERE relpersistence = 'u'";

    /** Tables by the names that the script has for them; of extensions with {@code e}. */
    private static final String FOUND = """
            SELECT wanted.name, c.relkind::text AS kind,
                c.oid::int8 AS oid, EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')::int AS own
            FROM (VALUES %s) AS wanted (name) JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(wanted.name)
            """;

    /** Looks at the database in a session that may do no more than who loads it. */
    interface Sessions {
        boolean ask(Predicate<Session> question);
    }

    private final Sessions sessions;
    private final String name;

    /** @param name of the database */
    KeptTables(Sessions sessions, String name) {
        this.sessions = sessions;
        this.name = name;
    }

    /**
     * Of these parts, all stored.
     *
     * @param restarted whether the server started since: then nothing that is unlogged is relied on, as sequences have
     *     no rows to count
     */
    boolean areWhole(List<Part> parts, boolean restarted) {
        Map<String, Long> expected = new LinkedHashMap<>();
        parts.stream()
                .filter(part -> part.kind() == Kind.ROWS)
                .forEach(part -> expected.merge(part.target(), part.rows(), Long::sum));
        try {
            return sessions.ask(session -> !(restarted && hasUnlogged(session)) && areWhole(session, expected));
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED || e.code() == ErrorCode.DATABASE_UNREACHABLE) {
                throw e;
            }
            LOG.info("database {} can't be looked at, and the restore starts over: {}", name, e.getMessage());
            return false;
        }
    }

    private boolean hasUnlogged(Session session) {
        boolean found = session.number(UNLOGGED) > 0;
        if (found) {
            LOG.info("database {} has unlogged tables and the server started since; the restore starts over", name);
        }
        return found;
    }

    private boolean areWhole(Session session, Map<String, Long> expected) {
        session.execute("SET row_security = off");
        List<String> names = List.copyOf(expected.keySet());
        for (int from = 0; from < names.size(); from += AT_ONCE) {
            List<String> some = names.subList(from, Math.min(names.size(), from + AT_ONCE));
            session.execute("BEGIN");
            if (!areWhole(session, some, expected)) {
                return false;
            }
            session.execute("COMMIT");
        }
        return true;
    }

    private boolean areWhole(Session session, List<String> names, Map<String, Long> expected) {
        List<Found> counted = found(session, names).stream()
                .filter(each -> !each.ofExtension())
                .toList();
        if (!counted.isEmpty()) {
            session.execute("LOCK TABLE "
                    + counted.stream().map(each -> "ONLY " + each.name()).collect(Collectors.joining(", "))
                    + " IN ACCESS SHARE MODE");
        }
        List<Found> locked = found(session, names);
        if (locked.size() < names.size()
                || !locked.containsAll(counted)
                || !counted.stream().allMatch(Found::isTable)) {
            LOG.info("tables of database {} are gone, or are no tables, and the restore starts over", name);
            return false;
        }
        return counted.isEmpty() || haveAll(session, counted, expected);
    }

    private static List<Found> found(Session session, List<String> names) {
        return session.query(
                FOUND.formatted(names.stream()
                        .map(each -> "(" + Sql.literal(each) + ")")
                        .collect(Collectors.joining(", "))),
                row -> new Found(row.text("name"), row.number("oid"), row.text("kind"), row.number("own") > 0));
    }

    private boolean haveAll(Session session, List<Found> counted, Map<String, Long> expected) {
        String counts = counted.stream()
                .map(each -> "SELECT " + Sql.literal(each.name()) + " AS name, count(*) AS rows FROM "
                        + (each.partitioned() ? "" : "ONLY ") + each.name())
                .collect(Collectors.joining(" UNION ALL "));
        Set<String> partitioned =
                counted.stream().filter(Found::partitioned).map(Found::name).collect(Collectors.toSet());
        return session.query(counts, row -> Map.entry(row.text("name"), row.number("rows"))).stream()
                .allMatch(each -> isWhole(
                        each.getKey(),
                        expected.get(each.getKey()),
                        each.getValue(),
                        partitioned.contains(each.getKey())));
    }

    /** @param partitioned by hash: it got the rows of its partitions, next to what others got by their own names */
    private boolean isWhole(String table, long expected, long found, boolean partitioned) {
        boolean whole = partitioned ? found >= expected : found == expected;
        if (!whole) {
            LOG.info(
                    "table {} of database {} has {} rows in place of {}, and the restore starts over",
                    table,
                    name,
                    found,
                    expected);
        }
        return whole;
    }

    /** A table that is there. */
    private record Found(String name, long oid, String kind, boolean ofExtension) {
        boolean isTable() {
            return kind.equals("r") || partitioned();
        }

        boolean partitioned() {
            return kind.equals("p");
        }
    }
}

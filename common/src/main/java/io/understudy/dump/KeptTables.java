package io.understudy.dump;

import io.understudy.dump.DumpScript.Kind;
import io.understudy.dump.DumpScript.Part;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the tables that an earlier restore stored have as many rows as it stored: a crash of the server empties
 * unlogged ones, and someone may have changed a database that lay there for days. Tables of extensions are passed over,
 * as these bring rows themselves.
 */
final class KeptTables {
    private static final Logger LOG = LoggerFactory.getLogger(KeptTables.class);
    private static final int AT_ONCE = 50;

    /** Tables by the names that the script has for them; of extensions with {@code e}. */
    private static final String FOUND = """
            SELECT wanted.name, c.relkind::text AS kind, EXISTS (SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')::int AS own
            FROM (VALUES %s) AS wanted (name) JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(wanted.name)
            """;

    private final Database database;
    private final String name;
    private final Optional<String> owner;

    /**
     * @param name of the database
     * @param owner of all tables; empty: database.user reads them
     */
    KeptTables(Database database, String name, Optional<String> owner) {
        this.database = database;
        this.name = name;
        this.owner = owner;
    }

    /** Of these parts, all stored. */
    boolean areWhole(List<Part> parts) {
        Map<String, Long> expected = new LinkedHashMap<>();
        parts.stream()
                .filter(part -> part.kind() == Kind.ROWS)
                .forEach(part -> expected.merge(part.target(), part.rows(), Long::sum));
        try (Session session = database.open(name)) {
            if (owner.isPresent()) {
                session.execute("SET ROLE " + Sql.identifier(owner.get()));
            }
            session.execute("SET row_security = off");
            return areWhole(session, expected);
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED || e.code() == ErrorCode.DATABASE_UNREACHABLE) {
                throw e;
            }
            LOG.info("database {} can't be looked at, and the restore starts over: {}", name, e.getMessage());
            return false;
        }
    }

    private boolean areWhole(Session session, Map<String, Long> expected) {
        List<String> names = List.copyOf(expected.keySet());
        for (int from = 0; from < names.size(); from += AT_ONCE) {
            List<String> some = names.subList(from, Math.min(names.size(), from + AT_ONCE));
            if (!areWhole(session, some, expected)) {
                return false;
            }
        }
        return true;
    }

    private boolean areWhole(Session session, List<String> names, Map<String, Long> expected) {
        List<Found> found = session.query(
                FOUND.formatted(names.stream()
                        .map(each -> "(" + Sql.literal(each) + ")")
                        .collect(Collectors.joining(", "))),
                row -> new Found(row.text("name"), row.text("kind").equals("p"), row.number("own") > 0));
        if (found.size() < names.size()) {
            LOG.info("tables of database {} are gone, and the restore starts over", name);
            return false;
        }
        List<Found> counted = found.stream().filter(each -> !each.ofExtension()).toList();
        if (counted.isEmpty()) {
            return true;
        }
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
    private record Found(String name, boolean partitioned, boolean ofExtension) {}
}

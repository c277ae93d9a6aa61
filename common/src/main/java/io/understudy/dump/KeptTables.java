package io.understudy.dump;

import io.understudy.dump.DumpScript.Kind;
import io.understudy.dump.DumpScript.Part;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Row;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Whether the tables that an earlier restore stored have as many rows as it stored: a crash of the server, and of any
 * one of its processes, empties unlogged ones, and someone may have changed a database that lay there for days. Tables
 * of extensions are not counted, as these bring rows themselves; they are kept only where they are logged.
 *
 * <p>They are read by {@code COPY table TO}, which goes through the file of the table: a query would be planned, and
 * the planner runs functions of the site that stand in predicates and expressions of indexes and statistics. COPY
 * refuses a view in a table's place.
 */
final class KeptTables {
    private static final int AT_ONCE = 500;
    private static final Set<ErrorCode> SAYS_NOTHING =
            Set.of(ErrorCode.CANCELLED, ErrorCode.DATABASE_UNREACHABLE, ErrorCode.DATABASE_BUSY, ErrorCode.DISK_FULL);

    /**
     * Tables by the names that the script has for them, each with its partitions, or as one of its own. The column that
     * is read is the shortest of PostgreSQL's own types: the output function of another type is not PostgreSQL's.
     */
    private static final String FOUND = """
            SELECT wanted.name, t.oid::int8 AS target, t.relkind::text AS kind,
                EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                    AND d.objid = t.oid AND d.deptype = 'e')::int AS own,
                p.oid::int8 AS place, p.relkind::text AS place_kind,
                pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.relname) AS place_name,
                (SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = p.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                    ORDER BY a.atttypid >= 16384, a.attlen < 0, a.attlen, a.attnum LIMIT 1) AS shortest
            FROM (VALUES %s) AS wanted (name)
            JOIN pg_catalog.pg_class t ON t.oid = pg_catalog.to_regclass(wanted.name)
            CROSS JOIN LATERAL (SELECT t.oid UNION SELECT tree.relid::pg_catalog.oid
                FROM pg_catalog.pg_partition_tree(t.oid::pg_catalog.regclass) AS tree) AS places (oid)
            JOIN pg_catalog.pg_class p ON p.oid = places.oid JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace
            """;

    /** Sequences of extensions, too: values of all others are set again whenever a restore goes on. */
    private static final String UNLOGGED = """
            SELECT c.oid::int8 AS place, c.relkind::text AS kind,
                pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS name,
                EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                    AND d.objid = c.oid AND d.deptype = 'e')::int AS own
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relpersistence = 'u' AND c.relkind IN ('r', 'S') ORDER BY c.oid
            """;

    private static final Row.Reader<Line> LINE = row -> new Line(
            row.text("name"),
            new Found(row.number("target"), row.text("kind"), row.number("own") > 0, new ArrayList<>()),
            new Place(
                    row.number("place"),
                    row.text("place_kind"),
                    row.text("place_name"),
                    Optional.ofNullable(row.text("shortest"))));

    /** Looks at the database in a session that may do no more than who loads it. */
    interface Sessions {
        Optional<String> ask(Function<Session, Optional<String>> question);
    }

    private final Sessions sessions;
    private final String name;

    /** @param name of the database */
    KeptTables(Sessions sessions, String name) {
        this.sessions = sessions;
        this.name = name;
    }

    /**
     * What is not as it was stored, for people; empty where all is.
     *
     * @param stored parts that are in it
     * @param later those that are not yet
     * @throws UnderstudyException {@code CANCELLED}, {@code DATABASE_UNREACHABLE}, {@code DATABASE_BUSY},
     *     {@code DISK_FULL}: what says nothing of the tables
     */
    Optional<String> changed(List<Part> stored, List<Part> later) {
        try {
            return sessions.ask(session -> changed(session, stored, later));
        } catch (UnderstudyException e) {
            if (SAYS_NOTHING.contains(e.code())) {
                throw e;
            }
            return Optional.of("database " + Sql.identifier(name) + " can't be looked at: " + e.getMessage());
        }
    }

    private Optional<String> changed(Session session, List<Part> stored, List<Part> later) {
        session.execute("SET row_security = off");
        Map<String, Long> expected = new LinkedHashMap<>();
        rows(stored).forEach(part -> expected.merge(part.target(), part.rows(), Long::sum));
        Map<String, Found> found = found(session, expected.keySet());
        Optional<String> odd = expected.keySet().stream()
                .filter(each -> !found.containsKey(each) || !found.get(each).isTable())
                .findFirst();
        if (odd.isPresent()) {
            return Optional.of(table(odd.get()) + " is gone, or is no table");
        }
        found.values().removeIf(Found::ofExtension);
        return unlogged(session, found.values(), stored, later).or(() -> counted(session, found, expected));
    }

    private static List<Part> rows(List<Part> parts) {
        return parts.stream().filter(part -> part.kind() == Kind.ROWS).toList();
    }

    private String table(String qualified) {
        return "table " + qualified + " of database " + Sql.identifier(name);
    }

    /** What a crash would have emptied without a trace, as its rows are not counted. */
    private Optional<String> unlogged(Session session, Collection<Found> counted, List<Part> stored, List<Part> later) {
        boolean others = stored.stream().anyMatch(part -> part.kind() == Kind.ARCHIVED);
        List<Unlogged> open = new ArrayList<>(session.query(
                UNLOGGED,
                row -> new Unlogged(row.number("place"), row.text("kind"), row.text("name"), row.number("own") > 0)));
        open.removeIf(each -> !each.ofExtension() && (each.isSequence() || !others));
        if (open.isEmpty()) {
            return Optional.empty();
        }
        Set<Long> known = new HashSet<>();
        counted.forEach(each -> each.places().forEach(place -> known.add(place.oid())));
        Set<String> empty = rows(later).stream().map(Part::target).collect(Collectors.toSet());
        found(session, empty).values().stream()
                .filter(each -> !each.ofExtension())
                .forEach(each -> each.places().forEach(place -> known.add(place.oid())));
        return open.stream()
                .filter(each -> !known.contains(each.oid()))
                .findFirst()
                .map(each -> (each.isSequence() ? "sequence " : "table ") + each.name() + " of database "
                        + Sql.identifier(name) + " is unlogged, and a crash of the server would have emptied it");
    }

    private static Map<String, Found> found(Session session, Collection<String> wanted) {
        Map<String, Found> found = new HashMap<>();
        List<String> names = List.copyOf(wanted);
        for (int from = 0; from < names.size(); from += AT_ONCE) {
            String some = names.subList(from, Math.min(names.size(), from + AT_ONCE)).stream()
                    .map(each -> "(" + Sql.literal(each) + ")")
                    .collect(Collectors.joining(", "));
            for (Line line : session.query(FOUND.formatted(some), LINE)) {
                found.computeIfAbsent(line.name(), each -> line.target())
                        .places()
                        .add(line.place());
            }
        }
        return found;
    }

    /** Rows that are stored by a table's name may lie in its partitions, next to what these got by their own names. */
    private Optional<String> counted(Session session, Map<String, Found> found, Map<String, Long> expected) {
        Map<Long, Long> byTarget = new HashMap<>();
        found.forEach((target, each) -> byTarget.put(each.oid(), expected.get(target)));
        Map<Long, Long> counts = new HashMap<>();
        for (String target : expected.keySet()) {
            if (!found.containsKey(target)) {
                continue;
            }
            long wanted = 0;
            long there = 0;
            for (Place place : found.get(target).places()) {
                wanted += byTarget.getOrDefault(place.oid(), 0L);
                there += place.holdsRows() ? counts.computeIfAbsent(place.oid(), oid -> count(session, place)) : 0;
            }
            if (there != wanted) {
                return Optional.of(table(target) + " has " + there + " rows in place of " + wanted);
            }
        }
        return Optional.empty();
    }

    private static long count(Session session, Place place) {
        String columns = place.shortest().map(each -> " (" + each + ")").orElse("");
        return session.copyOut("COPY " + place.name() + columns + " TO STDOUT", OutputStream.nullOutputStream());
    }

    /** One that was asked for, and one place of it. */
    private record Line(String name, Found target, Place place) {}

    /** What the script stores rows into. @param places itself, and all partitions below it */
    private record Found(long oid, String kind, boolean ofExtension, List<Place> places) {
        boolean isTable() {
            return kind.equals("r") || kind.equals("p");
        }
    }

    /** Where rows may lie. @param shortest column of it; empty: it has none */
    private record Place(long oid, String kind, String name, Optional<String> shortest) {
        /** Those of a partition that is a foreign table are another server's. */
        boolean holdsRows() {
            return kind.equals("r");
        }
    }

    /** A relation that is emptied by a crash. */
    private record Unlogged(long oid, String kind, String name, boolean ofExtension) {
        boolean isSequence() {
            return kind.equals("S");
        }
    }
}

package io.understudy.history;

import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The tables of the database that rows go back into, and how they hang together. The live catalog says it, not the
 * snapshot's schema: its constraints are the ones that the rows must satisfy.
 */
final class LiveTables {
    /**
     * Those of partitioned tables are written as those of their partitions, which are what snapshots hold. Values are
     * compared as the constraint's own triggers do: by its operators, which another search path would not find.
     */
    private static final String FOREIGN_KEYS = """
            SELECT k.conname AS name, fn.nspname AS from_schema, f.relname AS from_name, k.condeferrable AS deferrable,
                (SELECT array_agg(a.attname::text ORDER BY p.place)
                    FROM unnest(k.conkey) WITH ORDINALITY AS p(number, place)
                    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number) AS from_columns,
                (SELECT array_agg(a.attname::text ORDER BY p.place)
                    FROM unnest(k.confkey) WITH ORDINALITY AS p(number, place)
                    JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.number) AS to_columns,
                (SELECT array_agg(format('p.%I%s%s OPERATOR(%I.%s) f.%I%s', pa.attname,
                        CASE WHEN pa.atttypid <> o.oprleft THEN format('::%I.%I', ln.nspname, lt.typname) ELSE '' END,
                        CASE WHEN pa.atttypid = o.oprleft OR lt.typcollation <> 0
                            THEN coalesce(' COLLATE ' || quote_ident(cn.nspname) || '.' || quote_ident(c.collname), '') ELSE '' END,
                        n.nspname, o.oprname, fa.attname,
                        CASE WHEN fa.atttypid <> o.oprright THEN format('::%I.%I', rn.nspname, rt.typname) ELSE '' END)
                        ORDER BY e.place)
                    FROM unnest(k.conpfeqop, k.confkey, k.conkey) WITH ORDINALITY AS e(operator, pk, fk, place)
                    JOIN pg_operator o ON o.oid = e.operator
                    JOIN pg_namespace n ON n.oid = o.oprnamespace
                    JOIN pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = e.pk
                    JOIN pg_attribute fa ON fa.attrelid = k.conrelid AND fa.attnum = e.fk
                    JOIN pg_type lt ON lt.oid = o.oprleft JOIN pg_namespace ln ON ln.oid = lt.typnamespace
                    JOIN pg_type rt ON rt.oid = o.oprright JOIN pg_namespace rn ON rn.oid = rt.typnamespace
                    LEFT JOIN (pg_collation c JOIN pg_namespace cn ON cn.oid = c.collnamespace)
                        ON c.oid = pa.attcollation) AS same,
                %1$s AS by_text,
                t.schemas AS to_schemas, t.names AS to_names
            FROM pg_constraint k
            CROSS JOIN LATERAL (
                SELECT p.relid::oid AS oid FROM pg_partition_tree(k.conrelid) p WHERE p.isleaf
                UNION SELECT k.conrelid) w
            JOIN pg_class f ON f.oid = w.oid AND f.relkind = 'r'
            JOIN pg_namespace fn ON fn.oid = f.relnamespace
            CROSS JOIN LATERAL (
                SELECT array_agg(n.nspname::text ORDER BY c.oid) AS schemas, array_agg(c.relname::text ORDER BY c.oid) AS names
                FROM (SELECT p.relid::oid AS oid FROM pg_partition_tree(k.confrelid) p WHERE p.isleaf
                    UNION SELECT k.confrelid) l
                JOIN pg_class c ON c.oid = l.oid AND c.relkind = 'r'
                JOIN pg_namespace n ON n.oid = c.relnamespace) t
            WHERE k.contype = 'f' AND k.conparentid = 0 AND t.names IS NOT NULL
            ORDER BY fn.nspname COLLATE "C", f.relname COLLATE "C", k.conname COLLATE "C"
            """;

    /**
     * Whole numbers, texts under a collation that is deterministic, boolean, bytea, uuid, enumerations, and dates and
     * times are equal where COPY writes the same of both. Others, such as numeric, char and citext, may be written in
     * several ways.
     */
    private static final String BY_TEXT = """
            (SELECT bool_and(CASE
                    WHEN p.type IN (20, 21, 23) THEN f.type IN (20, 21, 23)
                    WHEN p.type IN (19, 25, 1043) THEN f.type IN (19, 25, 1043) AND coalesce(c.collisdeterministic, true)
                    ELSE p.type = f.type AND (p.type IN (16, 17, 1082, 1083, 1114, 1184, 2950)
                        OR EXISTS (SELECT FROM pg_type t WHERE t.oid = p.type AND t.typtype = 'e')) END)
                FROM unnest(k.confkey, k.conkey) AS e(pk, fk)
                JOIN pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = e.pk
                JOIN pg_attribute fa ON fa.attrelid = k.conrelid AND fa.attnum = e.fk
                LEFT JOIN pg_collation c ON c.oid = pa.attcollation
                CROSS JOIN LATERAL %1$s AS p(type) CROSS JOIN LATERAL %2$s AS f(type))
            """.formatted(plainType("pa"), plainType("fa"));

    /** Of a domain the type that it is of. */
    private static String plainType(String column) {
        return """
                (WITH RECURSIVE each AS (
                    SELECT t.oid, t.typbasetype FROM pg_type t WHERE t.oid = %s.atttypid
                    UNION ALL SELECT t.oid, t.typbasetype FROM each JOIN pg_type t ON t.oid = each.typbasetype)
                SELECT oid FROM each WHERE typbasetype = 0)""".formatted(column);
    }

    private static final String TABLES = """
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            """;

    private static final String COLUMNS = """
            SELECT a.attname AS name, a.attgenerated <> '' AS generated, a.attidentity = 'a' AS always,
                a.attnotnull AS required, a.atthasdef OR a.attidentity <> '' AS given
            FROM pg_attribute a WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """;

    private static final String TRIGGERS = """
            SELECT name FROM (
                SELECT t.tgname::text AS name FROM pg_trigger t
                WHERE t.tgrelid = ?1 AND NOT t.tgisinternal AND t.tgenabled = ?2 AND t.tgtype & ?3 <> 0
                UNION ALL
                SELECT 'rule ' || r.rulename FROM pg_rewrite r
                WHERE r.ev_class = ?1 AND r.ev_enabled = ?2
                    AND ?3 & CASE r.ev_type WHEN '2' THEN 16 WHEN '3' THEN 4 WHEN '4' THEN 8 ELSE 0 END <> 0) AS every
            ORDER BY name COLLATE "C"
            """;

    /** Bits of {@code tgtype}. */
    private static final int OF_INSERT = 4;

    private static final int OF_DELETE = 8;
    private static final int OF_UPDATE = 16;

    private final Session session;
    private final NumberedColumns numbered;
    private final KeyOperators keys;
    private final Map<TableRef, Optional<LiveTable>> known = new HashMap<>();
    private Optional<List<Link>> foreignKeys = Optional.empty();

    LiveTables(Session session) {
        this.session = session;
        this.numbered = new NumberedColumns(session);
        this.keys = new KeyOperators(session);
    }

    /** By what their keys are compared. */
    KeyOperators keys() {
        return keys;
    }

    /** Which of their columns sequences number. */
    NumberedColumns numbered() {
        return numbered;
    }

    /** All foreign keys. */
    List<Link> foreignKeys() {
        if (foreignKeys.isEmpty()) {
            foreignKeys = Optional.of(readForeignKeys());
        }
        return foreignKeys.get();
    }

    private List<Link> readForeignKeys() {
        return session.query(
                FOREIGN_KEYS.replace("%1$s", BY_TEXT),
                row -> new Link(
                        row.text("name"),
                        new TableRef(row.text("from_schema"), row.text("from_name")),
                        row.texts("from_columns"),
                        refs(row.texts("to_schemas"), row.texts("to_names")),
                        row.texts("to_columns"),
                        row.texts("same"),
                        row.flag("by_text"),
                        true,
                        row.flag("deferrable")));
    }

    private static List<TableRef> refs(List<String> schemas, List<String> names) {
        return IntStream.range(0, names.size())
                .mapToObj(i -> new TableRef(schemas.get(i), names.get(i)))
                .toList();
    }

    /** Names of all, as {@code schema.name}. */
    List<String> names() {
        return session.query(
                "SELECT n.nspname AS schema, c.relname AS name " + TABLES,
                row -> new TableRef(row.text("schema"), row.text("name")).toString());
    }

    Optional<LiveTable> find(TableRef table) {
        return known.computeIfAbsent(table, this::read);
    }

    private Optional<LiveTable> read(TableRef table) {
        return oid(table).map(each -> read(table, each));
    }

    private Optional<String> oid(TableRef table) {
        return session.first(
                "SELECT c.oid::text AS oid " + TABLES + " AND n.nspname = ? AND c.relname = ?",
                row -> row.text("oid"),
                table.schema(),
                table.name());
    }

    /** Whether a row with this key lies in any partition of the same table. */
    boolean isInAnotherPartition(RowId id) {
        return session.first(
                        "SELECT n.nspname AS schema, c.relname AS name FROM pg_class c"
                                + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                                + " WHERE c.oid = pg_partition_root(?::oid::regclass)",
                        row -> new TableRef(row.text("schema"), row.text("name")),
                        oid(id.table()).orElse("0"))
                .filter(root -> session.number("SELECT count(*) FROM " + root.qualified() + " WHERE "
                                + LiveRows.condition(id.columns(), List.of(id.fields())))
                        > 0)
                .isPresent();
    }

    /**
     * Triggers of the site that run for each row that is deleted or changed.
     *
     * @param stubborn those that run for a replica too; else the others
     */
    List<String> undoTriggers(TableRef table, boolean stubborn) {
        return oid(table)
                .map(oid -> triggers(oid, stubborn ? "A" : "O", OF_DELETE | OF_UPDATE))
                .orElse(List.of());
    }

    private List<String> triggers(String oid, String enabled, int events) {
        String query = TRIGGERS.replace("?1", Sql.literal(oid) + "::oid")
                .replace("?2", Sql.literal(enabled) + "::\"char\"")
                .replace("?3", events + "::int");
        return session.query(query, row -> row.text("name"));
    }

    private record Column(String name, boolean generated, boolean always, boolean required, boolean given) {}

    private LiveTable read(TableRef table, String oid) {
        List<Column> columns = session.query(
                COLUMNS,
                row -> new Column(
                        row.text("name"),
                        row.flag("generated"),
                        row.flag("always"),
                        row.flag("required"),
                        row.flag("given")),
                oid);
        Set<String> always = new HashSet<>();
        Set<String> required = new HashSet<>();
        columns.stream().filter(Column::always).forEach(each -> always.add(each.name()));
        columns.stream().filter(Column::required).forEach(each -> required.add(each.name()));
        return new LiveTable(
                table,
                columns.stream()
                        .filter(each -> !each.generated())
                        .map(Column::name)
                        .toList(),
                always,
                required,
                columns.stream()
                        .filter(each -> each.required() && !each.given())
                        .map(Column::name)
                        .collect(Collectors.toSet()),
                columns.stream().filter(Column::given).map(Column::name).collect(Collectors.toSet()),
                UniqueRules.of(session, oid),
                triggers(oid, "O", OF_INSERT | OF_UPDATE),
                triggers(oid, "A", OF_INSERT | OF_UPDATE));
    }

    /** Whether the session's user may set {@code session_replication_role}. */
    boolean mayActAsReplica() {
        if (session.isSuperuser()) {
            return true;
        }
        return session.serverVersion() >= 150000
                && session.number("SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = current_user"
                                + " AND pg_catalog.has_parameter_privilege('session_replication_role', 'SET')")
                        > 0;
    }
}

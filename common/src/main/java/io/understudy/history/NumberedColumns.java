package io.understudy.history;

import io.understudy.postgres.Session;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which columns of the database's tables sequences number. Not thread-safe. */
final class NumberedColumns {
    /** A partition's identity column may have its sequence at the partitioned table; a default is each table's own. */
    private static final String QUERY = """
            WITH own AS (
                SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = ? AND c.relname = ?),
            tables AS (SELECT oid FROM own UNION SELECT a.relid::oid FROM own, pg_partition_ancestors(own.oid) a),
            numbered AS (
                SELECT d.objid AS sequence, a.attname AS name
                FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
                JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
                    AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i')
                UNION
                SELECT d.refobjid, a.attname
                FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
                JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
                    AND pg_get_expr(f.adbin, f.adrelid) ~ '^nextval[(]''.*''::regclass[)]$'
                JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                    AND d.refclassid = 'pg_class'::regclass)
            SELECT m.name AS column, n.nspname AS schema, s.relname AS sequence, q.seqincrement AS increment,
                CASE WHEN q.seqincrement > 0 THEN q.seqmax ELSE q.seqmin END AS last, q.seqcycle AS cycles,
                q.seqcache AS cached,
                has_schema_privilege(n.oid, 'USAGE') AND has_sequence_privilege(s.oid, 'SELECT')
                    AND has_sequence_privilege(s.oid, 'UPDATE') AS allowed
            FROM numbered m JOIN pg_class s ON s.oid = m.sequence AND s.relkind = 'S'
            JOIN pg_sequence q ON q.seqrelid = s.oid JOIN pg_namespace n ON n.oid = s.relnamespace
            ORDER BY n.nspname COLLATE "C", s.relname COLLATE "C", m.name COLLATE "C"
            """;

    private final Session session;
    private final Map<TableRef, List<NumberedColumn>> known = new HashMap<>();

    NumberedColumns(Session session) {
        this.session = session;
    }

    List<NumberedColumn> of(TableRef table) {
        return known.computeIfAbsent(
                table,
                ref -> session.query(
                        QUERY,
                        row -> new NumberedColumn(
                                row.text("column"),
                                row.text("schema"),
                                row.text("sequence"),
                                row.number("increment"),
                                row.number("last"),
                                row.flag("cycles"),
                                row.number("cached"),
                                row.flag("allowed")),
                        ref.schema(),
                        ref.name()));
    }

    /** Whether it would still give this number, as it stands now. */
    boolean gives(NumberedColumn column, long number) {
        String beyond = column.increment() > 0 ? " < " : " > ";
        return session.first(
                        "SELECT (" + column.given() + ")" + beyond + "(?::numeric) AS gives",
                        row -> row.flag("gives"),
                        Long.toString(number))
                .orElseThrow();
    }
}

package io.understudy.postgres;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the server runs functions that are not its own while it stores rows. Such a function may read other tables, so
 * its result depends on what is loaded already. Found by the dependencies that PostgreSQL records, followed from the
 * functions upward: through operators, operator classes, types, domains and their constraints, to CHECK constraints,
 * generated columns, keys of partitions and types of columns.
 */
public final class SiteCode {
    /** From 16384 on objects are not PostgreSQL's own ({@code FirstNormalObjectId}). */
    private static final String USES = """
            WITH RECURSIVE uses (classid, objid) AS (
                SELECT 'pg_proc'::regclass::oid, p.oid FROM pg_proc p WHERE p.oid >= 16384 %s
              UNION
                SELECT n.classid, n.objid FROM uses u CROSS JOIN LATERAL (
                    SELECT d.classid, d.objid FROM pg_depend d
                    WHERE d.refclassid = u.classid AND d.refobjid = u.objid
                    AND d.classid IN ('pg_operator'::regclass, 'pg_amproc'::regclass, 'pg_opclass'::regclass, 'pg_type'::regclass,
                        'pg_class'::regclass, 'pg_constraint'::regclass, 'pg_attrdef'::regclass)
                    UNION ALL SELECT 'pg_type'::regclass, k.contypid FROM pg_constraint k
                        WHERE u.classid = 'pg_constraint'::regclass AND k.oid = u.objid AND k.contypid <> 0
                    UNION ALL SELECT 'pg_type'::regclass, c.reltype FROM pg_class c
                        WHERE u.classid = 'pg_class'::regclass AND c.oid = u.objid AND c.relkind = 'c'
                    UNION ALL SELECT 'pg_opclass'::regclass, o.oid FROM pg_amproc a JOIN pg_opclass o ON o.opcfamily = a.amprocfamily
                        WHERE u.classid = 'pg_amproc'::regclass AND a.oid = u.objid) n)
            """;

    private static final String NOT_OF_EXTENSIONS = """
            AND NOT EXISTS (
                SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')
            """;

    private static final String GENERATED = """
            SELECT a.adrelid AS oid, array_agg(t.attname::text ORDER BY t.attnum) AS columns
            FROM uses JOIN pg_attrdef a ON a.oid = uses.objid
            JOIN pg_attribute t ON t.attrelid = a.adrelid AND t.attnum = a.adnum AND t.attgenerated = 's'
            WHERE uses.classid = 'pg_attrdef'::regclass GROUP BY a.adrelid
            """;

    private static final String TABLES = """
            SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.oid IN (
                SELECT objid FROM uses WHERE classid = 'pg_class'::regclass
                UNION SELECT k.conrelid FROM uses JOIN pg_constraint k ON k.oid = objid AND k.contype = 'c'
                    WHERE classid = 'pg_constraint'::regclass
                UNION SELECT a.adrelid FROM uses JOIN pg_attrdef a ON a.oid = objid
                    JOIN pg_attribute t ON t.attrelid = a.adrelid AND t.attnum = a.adnum AND t.attgenerated <> ''
                    WHERE classid = 'pg_attrdef'::regclass)
            """;

    private final Session session;

    /** A table by name only. */
    public record TableName(String schema, String name) {}

    public SiteCode(Session session) {
        this.session = session;
    }

    /**
     * Tables into which no row can be stored without a call of a function of the site's own, one that no extension
     * brings.
     */
    public List<TableName> tables() {
        return session.query(tablesQuery(), row -> new TableName(row.text("schema"), row.text("name")));
    }

    /** Restore by hand asks the same; a test compares. */
    static String tablesQuery() {
        return USES.formatted(NOT_OF_EXTENSIONS) + TABLES;
    }

    /**
     * Stored generated columns, by their table's OID, whose expression calls functions that are not built in; those of
     * extensions count.
     */
    public Map<Long, List<String>> generatedColumns() {
        Map<Long, List<String>> columns = new LinkedHashMap<>();
        session.query(USES.formatted("") + GENERATED, row -> columns.put(row.number("oid"), row.texts("columns")));
        return columns;
    }
}

package io.understudy.postgres;

import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseProperties.Extension;
import io.understudy.repository.DatabaseProperties.Grant;
import io.understudy.repository.DatabaseProperties.Setting;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a database says about itself, as its session sees it: inside a transaction with a snapshot, as of that snapshot.
 */
public final class Catalog {
    /**
     * Ordinary tables with rows of their own: partitions, parents of inheritance and unlogged tables too, but not
     * partitioned parents, temporary tables or what belongs to an extension (its data is the extension's or pg_dump's
     * to know). Names beyond ASCII in a database that is not UTF8 reach no program unharmed, so pg_dump keeps the rows
     * of such tables.
     */
    private static final String CARRIED = """
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_am m ON m.oid = c.relam
            CROSS JOIN LATERAL (
                SELECT array_agg(a.attname::text ORDER BY a.attnum) AS columns
                FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') a
            WHERE c.relkind = 'r' AND c.relpersistence IN ('p', 'u')
            AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            AND a.columns IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e')
            AND (current_setting('server_encoding') = 'UTF8'
                OR concat(n.nspname, c.relname, array_to_string(a.columns, '')) COLLATE "C" !~ '[^\\x01-\\x7f]')
            """;

    private static final String TABLES = """
            SELECT c.oid, n.nspname AS schema, c.relname AS name, a.columns, m.amname = 'heap' AS heap,
                pg_relation_size(c.oid) / current_setting('block_size')::bigint AS blocks,
                pg_table_size(c.oid) AS bytes,
                (SELECT array_agg(k.attname::text ORDER BY p.place)
                    FROM pg_index i
                    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS p(number, place)
                    JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = p.number
                    WHERE i.indrelid = c.oid AND i.indisprimary AND p.place <= i.indnkeyatts
                    HAVING bool_and(k.attgenerated = '')) AS key
            """ + CARRIED + " ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\"";

    private static final String SIZES = """
            SELECT s.oid::int8 AS oid, s.blocks, s.bytes FROM (
                SELECT c.oid, pg_relation_size(c.oid) / current_setting('block_size')::bigint AS blocks,
                    pg_table_size(c.oid) AS bytes
                FROM unnest(?::oid[]) AS c(oid)) s
            WHERE s.blocks IS NOT NULL AND s.bytes IS NOT NULL
            """;

    private final Session session;

    public Catalog(Session session) {
        this.session = session;
    }

    /** Every table whose rows COPY can carry, by schema and name. Waits for tables that are locked exclusively. */
    public List<SourceTable> tables() {
        return session.query(
                TABLES,
                row -> new SourceTable(
                        row.number("oid"),
                        row.text("schema"),
                        row.text("name"),
                        row.texts("columns"),
                        row.texts("key"),
                        row.flag("heap"),
                        row.number("blocks"),
                        row.number("bytes")));
    }

    /**
     * These tables, by their OID, with what they take on the server's disk now; without those that are gone. Waits for
     * tables that are locked exclusively.
     */
    public Map<Long, SourceTable> measured(List<SourceTable> tables) {
        Map<Long, SourceTable> byOid = tables.stream().collect(Collectors.toMap(SourceTable::oid, table -> table));
        String oids =
                tables.stream().map(table -> Long.toString(table.oid())).collect(Collectors.joining(",", "{", "}"));
        return session
                .query(
                        SIZES,
                        row -> byOid.get(row.number("oid")).measured(row.number("blocks"), row.number("bytes")),
                        oids)
                .stream()
                .collect(Collectors.toMap(SourceTable::oid, table -> table));
    }

    /** As {@code COPY … ENCODING} takes it: {@code UTF8}. */
    public String encoding() {
        return session.first("SELECT current_setting('server_encoding') AS encoding", row -> row.text("encoding"))
                .orElseThrow();
    }

    /** What all large objects take on the server's disk. */
    public long largeObjectBytes() {
        return session.number("SELECT pg_table_size('pg_largeobject')");
    }

    /** What the database takes on the server's disk. */
    public long databaseBytes() {
        return session.number("SELECT pg_database_size(current_database())");
    }

    public DatabaseIdentity identity() {
        return session.first(
                        "SELECT s.system_identifier AS cluster, d.oid FROM pg_control_system() s, pg_database d"
                                + " WHERE d.datname = current_database()",
                        row -> new DatabaseIdentity(row.number("cluster"), row.number("oid")))
                .orElseThrow();
    }

    /** Everything that belongs to the database itself. */
    public DatabaseProperties properties() {
        return session.first(
                        propertiesQuery(),
                        row -> new DatabaseProperties(
                                row.text("encoding"),
                                row.text("datcollate"),
                                row.text("datctype"),
                                row.text("provider"),
                                row.text("locale"),
                                row.text("rules"),
                                row.text("collversion"),
                                row.text("owner"),
                                Math.toIntExact(row.number("datconnlimit")),
                                row.text("comment"),
                                settings(),
                                row.flag("acl") ? grants() : null,
                                extensions(),
                                new RolesInUse(session).names()))
                .orElseThrow();
    }

    private String propertiesQuery() {
        int version = session.serverVersion();
        String provider = version < 150000
                ? "'libc'"
                : "CASE datlocprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' END";
        String locale = version < 150000 ? "NULL" : version < 170000 ? "daticulocale" : "datlocale";
        String rules = version < 160000 ? "NULL" : "daticurules";
        String collversion = version < 150000 ? "NULL" : "datcollversion";
        return "SELECT pg_encoding_to_char(encoding) AS encoding, datcollate, datctype, datconnlimit, "
                + provider + " AS provider, " + locale + " AS locale, " + rules + " AS rules, " + collversion
                + " AS collversion, "
                + "pg_get_userbyid(datdba) AS owner, datacl IS NOT NULL AS acl, "
                + "shobj_description(oid, 'pg_database') AS comment "
                + "FROM pg_database WHERE datname = current_database()";
    }

    private List<Setting> settings() {
        return session.query("""
                SELECT r.rolname AS role, split_part(c.entry, '=', 1) AS name,
                    substr(c.entry, strpos(c.entry, '=') + 1) AS value
                FROM pg_db_role_setting s
                JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
                LEFT JOIN pg_roles r ON r.oid = s.setrole
                CROSS JOIN LATERAL unnest(s.setconfig) WITH ORDINALITY AS c(entry, place)
                ORDER BY r.rolname COLLATE "C" NULLS FIRST, c.place
                """, row -> new Setting(row.text("role"), row.text("name"), row.text("value")));
    }

    /** In the order in which the server keeps them, so that pg_dump writes them in the same order on both sides. */
    private List<Grant> grants() {
        return session.query(
                """
                SELECT pg_get_userbyid(a.grantor) AS grantor,
                    CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END AS grantee,
                    a.privilege_type, a.is_grantable
                FROM pg_database d
                CROSS JOIN LATERAL aclexplode(d.datacl) WITH ORDINALITY AS a(grantor, grantee, privilege_type, is_grantable, place)
                WHERE d.datname = current_database()
                ORDER BY a.place
                """,
                row -> new Grant(
                        row.text("grantor"),
                        row.text("grantee"),
                        row.text("privilege_type"),
                        row.flag("is_grantable")));
    }

    private List<Extension> extensions() {
        return session.query(
                """
                SELECT e.extname, e.extversion, n.nspname
                FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                ORDER BY e.extname COLLATE "C"
                """, row -> new Extension(row.text("extname"), row.text("extversion"), row.text("nspname")));
    }
}

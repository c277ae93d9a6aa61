package io.understudy.postgres;

import io.understudy.files.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A hash of what the catalogs of a database say of its schema, so that a later look shows whether anybody changed it.
 * What rows, sequences, TRUNCATE, VACUUM, ANALYZE, REFRESH and temporary objects change does not count, nor the name of
 * the database.
 */
public final class SchemaStamp {
    /** The first OID that is not PostgreSQL's own. */
    private static final String OF_SITE = " >= 16384";

    private static final String NOT_TEMPORARY = " c.relpersistence <> 't' AND c.relkind <> 't'"
            + " AND c.relnamespace <> 'pg_toast'::pg_catalog.regnamespace ";

    private static final String RELATIONS = """
            SELECT 'relation ' || c.oid || concat_ws(' ', c.relname, c.relnamespace, c.relkind, c.relpersistence, c.relowner,
                c.relam, c.reltablespace, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispartition,
                c.reloptions, nullif(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, c.relowner)),
                pg_catalog.pg_get_expr(c.relpartbound, c.oid)) AS stamp
            FROM pg_catalog.pg_class c WHERE c.oid""" + OF_SITE + " AND" + NOT_TEMPORARY;

    private static final String COLUMNS = """
            SELECT concat_ws(' ', 'column', a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef,
                a.attisdropped, a.attidentity, a.attgenerated, a.attstorage, a.attcollation, a.attacl, a.attoptions)
            FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            WHERE a.attnum > 0 AND c.relkind <> 'i' AND c.oid""" + OF_SITE + " AND" + NOT_TEMPORARY;

    private static final String INDEXES = """
            SELECT concat_ws(' ', 'index', i.indexrelid, i.indrelid, i.indisunique, i.indisprimary, i.indisvalid, i.indkey, i.indoption,
                i.indclass, i.indcollation, i.indisclustered, i.indisreplident)
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE c.oid""" + OF_SITE + " AND" + NOT_TEMPORARY;

    private static final String PARENTS = """
            SELECT concat_ws(' ', 'parent', i.inhrelid, i.inhparent, i.inhseqno)
            FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid WHERE""" + NOT_TEMPORARY;

    private static final String TYPES = "SELECT concat_ws(' ', 'type', t.oid, t.xmin) FROM pg_catalog.pg_type t"
            + " LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid"
            + " WHERE coalesce(c.relpersistence, 'p') <> 't' AND t.typelem = 0 AND t.oid" + OF_SITE;

    private static final String SCHEMAS =
            "SELECT concat_ws(' ', 'schema', oid, nspname, nspowner, nullif(nspacl, acldefault('n', nspowner))) FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_'";

    private static final String COMMENTS =
            "SELECT concat_ws(' ', 'comment', classoid, objoid, objsubid, description) FROM pg_catalog.pg_description WHERE objoid"
                    + OF_SITE;

    private static final String SETTINGS = """
            SELECT concat_ws(' ', 'setting', s.setrole, s.setconfig) FROM pg_catalog.pg_db_role_setting s
            JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase WHERE d.datname = pg_catalog.current_database()
            UNION ALL SELECT concat_ws(' ', 'database', datdba, datconnlimit, datacl, pg_catalog.shobj_description(oid, 'pg_database'))
            FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
            """;

    /** Rows of a table: what a temporary one has does not count. */
    private static final List<String> OF_RELATIONS = List.of(
            "pg_constraint conrelid",
            "pg_attrdef adrelid",
            "pg_trigger tgrelid",
            "pg_rewrite ev_class",
            "pg_policy polrelid");

    private static final List<String> OTHERS = List.of(
            "pg_proc",
            "pg_enum",
            "pg_operator",
            "pg_opclass",
            "pg_opfamily",
            "pg_amproc",
            "pg_amop",
            "pg_cast",
            "pg_conversion",
            "pg_collation",
            "pg_language",
            "pg_transform",
            "pg_ts_config",
            "pg_ts_dict",
            "pg_ts_parser",
            "pg_ts_template",
            "pg_event_trigger",
            "pg_statistic_ext",
            "pg_extension",
            "pg_foreign_server",
            "pg_foreign_data_wrapper",
            "pg_publication",
            "pg_publication_rel",
            "pg_default_acl");

    private static final String ALL = Stream.of(
                    Stream.of(RELATIONS, COLUMNS, INDEXES, PARENTS, TYPES, SCHEMAS, COMMENTS, SETTINGS),
                    OF_RELATIONS.stream().map(SchemaStamp::ofRelation),
                    Stream.of("SELECT concat_ws(' ', 'sequence', s.seqrelid, s.xmin) FROM pg_catalog.pg_sequence s"
                            + " JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid WHERE c.relpersistence <> 't'"),
                    OTHERS.stream()
                            .map(catalog -> "SELECT concat_ws(' ', '" + catalog + "', oid, xmin) FROM pg_catalog."
                                    + catalog + " WHERE oid" + OF_SITE))
            .flatMap(queries -> queries)
            .collect(Collectors.joining(" UNION ALL "));

    private SchemaStamp() {}

    private static String ofRelation(String catalog) {
        String name = catalog.substring(0, catalog.indexOf(' '));
        String relation = catalog.substring(catalog.indexOf(' ') + 1);
        return "SELECT concat_ws(' ', '" + name + "', o.oid, o.xmin) FROM pg_catalog." + name
                + " o LEFT JOIN pg_catalog.pg_class c ON c.oid = o." + relation
                + " WHERE coalesce(c.relpersistence, 'p') <> 't' AND o.oid" + OF_SITE;
    }

    /** @return SHA-256 in hexadecimal */
    public static String of(Session session) {
        MessageDigest digest = Sha256.digest();
        session.query(
                        "SELECT stamp FROM (" + ALL + ") s (stamp) ORDER BY stamp COLLATE \"C\"",
                        row -> row.text("stamp"))
                .forEach(stamp -> {
                    digest.update(stamp.getBytes(StandardCharsets.UTF_8));
                    digest.update((byte) 0);
                });
        return HexFormat.of().formatHex(digest.digest());
    }
}

package io.understudy.primary.capture.database.tracking;

import io.understudy.postgres.Session;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Fingerprints of the catalogs as one query gives them, so that they need not be read while nothing of them changed. Of
 * most catalogs a fingerprint is made of {@code xmin}, which differs between any two versions of a row; of pg_class,
 * which also changes with TRUNCATE, of the columns that pg_dump reads. Temporary objects do not count, so far as
 * pg_dump does not look at them.
 *
 * @param archive of everything that pg_dump reads but rows: while it is the same, pg_dump would write the same
 * @param all of that, of the files in which tables lie, and of what belongs to the database itself
 */
public record CatalogFingerprint(String archive, String all) {
    /** Beyond what pg_dump reads; last in the order of all parts. */
    private static final String MORE = "~";

    /** Scanned once; most sites have none. An index has no type: 0, as most types have no type of elements. */
    private static final String TEMPORARY =
            "WITH temporary AS MATERIALIZED (SELECT oid, reltype FROM pg_catalog.pg_class WHERE relpersistence = 't')";

    private static final String RELATIONS =
            text("c.oid, c.relname, c.relnamespace, c.reltype, c.reloftype, c.relowner, c.relam, c.reltablespace,"
                    + " c.relkind, c.relpersistence, c.relchecks, c.relhasrules, c.relhastriggers, c.relrowsecurity,"
                    + " c.relforcerowsecurity, c.relispopulated, c.relreplident, c.relispartition,"
                    + " c.relpartbound, c.reloptions, c.relacl");

    /** Whose rows have an OID and change only with what they describe. */
    private static final List<String> PLAIN = List.of(
            "pg_am",
            "pg_amop",
            "pg_amproc",
            "pg_cast",
            "pg_collation",
            "pg_conversion",
            "pg_default_acl",
            "pg_enum",
            "pg_event_trigger",
            "pg_extension",
            "pg_foreign_data_wrapper",
            "pg_foreign_server",
            "pg_language",
            "pg_opclass",
            "pg_operator",
            "pg_opfamily",
            "pg_policy",
            "pg_proc",
            "pg_publication",
            "pg_publication_rel",
            "pg_statistic_ext",
            "pg_transform",
            "pg_ts_config",
            "pg_ts_dict",
            "pg_ts_parser",
            "pg_ts_template");

    private static final List<String> OTHERS = List.of(
            part("namespaces", version("oid"), "pg_catalog.pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'"),
            part("relations", RELATIONS, "pg_catalog.pg_class c WHERE c.relpersistence <> 't' AND c.relkind <> 't'"),
            part(
                    "options of values stored out of line",
                    text("oid, reloptions"),
                    "pg_catalog.pg_class WHERE relkind = 't' AND reloptions IS NOT NULL"),
            part(
                    "columns",
                    "pg_catalog.hashint8extended(attrelid::int8 * 65536 + attnum, xmin::text::int8)",
                    "pg_catalog.pg_attribute WHERE (attnum > 0 OR attacl IS NOT NULL) AND " + permanent("attrelid")),
            of("pg_index", "indexrelid", "indexrelid"),
            of("pg_attrdef", "oid", "adrelid"),
            of("pg_trigger", "oid", "tgrelid"),
            of("pg_rewrite", "oid", "ev_class"),
            part(
                    "inheritance",
                    text("inhrelid, inhparent, xmin"),
                    "pg_catalog.pg_inherits WHERE " + permanent("inhrelid")),
            of("pg_partitioned_table", "partrelid", "partrelid"),
            of("pg_sequence", "seqrelid", "seqrelid"),
            of("pg_foreign_table", "ftrelid", "ftrelid"),
            of("pg_constraint", "oid", "conrelid"),
            part(
                    "types",
                    version("oid"),
                    "pg_catalog.pg_type WHERE " + permanent("typrelid")
                            + " AND typelem NOT IN (SELECT reltype FROM temporary WHERE reltype <> 0)"),
            part("comments", text("objoid, classoid, objsubid, xmin"), "pg_catalog.pg_description"),
            part("labels", text("objoid, classoid, objsubid, xmin"), "pg_catalog.pg_seclabel"),
            part("first rights", text("objoid, classoid, objsubid, xmin"), "pg_catalog.pg_init_privs"),
            part("parsers", text("mapcfg, maptokentype, mapseqno, xmin"), "pg_catalog.pg_ts_config_map"),
            part(
                    "owned",
                    text("classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype"),
                    "pg_catalog.pg_depend WHERE deptype IN ('e', 'x')"
                            + " OR deptype IN ('a', 'i') AND classid = 'pg_catalog.pg_class'::regclass AND "
                            + permanent("objid")),
            part("mappings", text("umid, srvid, usename, umoptions"), "pg_catalog.pg_user_mappings"),
            part("roles", text("oid, rolname"), "pg_catalog.pg_roles"),
            part("tablespaces", text("oid, spcname"), "pg_catalog.pg_tablespace"));

    private static final String OWN =
            "(SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())";

    private static final List<String> BEYOND = List.of(
            part(
                    MORE + "files",
                    "pg_catalog.hashint8extended(oid::int8, pg_catalog.hashint8extended(relfilenode::int8, xmin::text::int8))",
                    "pg_catalog.pg_class WHERE relkind = 'r' AND relpersistence <> 't'"),
            part(MORE + "database", version("oid"), "pg_catalog.pg_database WHERE oid = " + OWN),
            part(
                    MORE + "settings",
                    text("setrole, setconfig"),
                    "pg_catalog.pg_db_role_setting WHERE setdatabase = " + OWN),
            part(
                    MORE + "comment",
                    text("objoid, description"),
                    "pg_catalog.pg_shdescription WHERE classoid = 'pg_catalog.pg_database'::regclass AND objoid = "
                            + OWN),
            part(
                    MORE + "roles in use",
                    text("classid, objid, objsubid, refclassid, refobjid, deptype"),
                    "pg_catalog.pg_shdepend WHERE dbid = " + OWN
                            + " AND NOT (classid = 'pg_catalog.pg_class'::regclass AND objid IN (SELECT oid FROM temporary))"));

    private static final String ALL = Stream.of(
                    PLAIN.stream().map(catalog -> part(catalog, version("oid"), "pg_catalog." + catalog)),
                    OTHERS.stream(),
                    BEYOND.stream())
            .flatMap(parts -> parts)
            .collect(Collectors.joining(" UNION ALL "));

    /** One query for both. */
    public static CatalogFingerprint of(Session session) {
        return session.first(
                        query(session.serverVersion(), session.isSuperuser()),
                        row -> new CatalogFingerprint(row.text("archive"), row.text("every")))
                .orElseThrow();
    }

    /** @param superuser who alone reads subscriptions, pg_dump's too */
    private static String query(int version, boolean superuser) {
        String since15 = version < 150000
                ? ""
                : " UNION ALL " + part("published schemas", version("oid"), "pg_catalog.pg_publication_namespace")
                        + " UNION ALL " + part("parameters", text("oid, parname"), "pg_catalog.pg_parameter_acl");
        String ofSuperuser =
                superuser ? " UNION ALL " + part("subscriptions", version("oid"), "pg_catalog.pg_subscription") : "";
        return TEMPORARY + " SELECT " + sum(" FILTER (WHERE part !~ '^" + MORE + "')") + " AS archive, " + sum("")
                + " AS every FROM (" + ALL + since15 + ofSuperuser + ") parts";
    }

    private static String sum(String filter) {
        return "pg_catalog.md5(pg_catalog.string_agg(part, ';' ORDER BY part)" + filter + ")";
    }

    private static String of(String catalog, String oid, String relation) {
        return part(catalog, version(oid), "pg_catalog." + catalog + " WHERE " + permanent(relation));
    }

    private static String permanent(String relation) {
        return relation + " NOT IN (SELECT oid FROM temporary)";
    }

    /** Adds up, so that the order does not matter: a number of rows and a sum of their hashes. */
    private static String part(String name, String hash, String from) {
        return "SELECT concat_ws(' ', '" + name + "', count(*), sum(" + hash + ")) AS part FROM " + from;
    }

    /** A hash of a version of a row. */
    private static String version(String oid) {
        return "pg_catalog.hashint8extended(" + oid + "::int8, xmin::text::int8)";
    }

    private static String text(String columns) {
        return "pg_catalog.hashtextextended(concat_ws(' ', " + columns + "), 0)";
    }
}

package io.understudy.primary.capture.database.tracking;

import io.understudy.postgres.Session;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A fingerprint of everything that pg_dump reads but rows: while it is the same, pg_dump would write the same. Of most
 * catalogs it is made of {@code xmin}, which differs between any two versions of a row; of pg_class, which also changes
 * with TRUNCATE and VACUUM, of the columns that pg_dump reads. Temporary objects do not count, so far as pg_dump does
 * not look at them.
 */
final class ArchiveFingerprint {
    private static final String PERMANENT = " JOIN pg_catalog.pg_class c ON c.oid = %s AND c.relpersistence <> 't'";
    private static final String RELATIONS =
            "concat_ws(' ', c.oid, c.relname, c.relnamespace, c.reltype, c.reloftype, c.relowner, c.relam, c.reltablespace,"
                    + " c.relkind, c.relpersistence, c.relchecks, c.relhasrules, c.relhastriggers, c.relrowsecurity,"
                    + " c.relforcerowsecurity, c.relispopulated, c.relreplident, c.relispartition,"
                    + " c.relpartbound, c.reloptions, c.relacl)";

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
            part("namespaces", "oid, xmin", "pg_catalog.pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'"),
            part("relations", RELATIONS, "pg_catalog.pg_class c WHERE c.relpersistence <> 't' AND c.relkind <> 't'"),
            part(
                    "options of values stored out of line",
                    "oid, reloptions",
                    "pg_catalog.pg_class WHERE relkind = 't' AND reloptions IS NOT NULL"),
            part("columns", "a.attrelid, a.attnum, a.xmin", of("pg_attribute", "a", "a.attrelid")),
            part("indexes", "i.indexrelid, i.xmin", of("pg_index", "i", "i.indexrelid")),
            part("defaults", "d.oid, d.xmin", of("pg_attrdef", "d", "d.adrelid")),
            part("triggers", "t.oid, t.xmin", of("pg_trigger", "t", "t.tgrelid")),
            part("rules", "r.oid, r.xmin", of("pg_rewrite", "r", "r.ev_class")),
            part("inheritance", "h.inhrelid, h.inhparent, h.xmin", of("pg_inherits", "h", "h.inhrelid")),
            part("partitioned", "p.partrelid, p.xmin", of("pg_partitioned_table", "p", "p.partrelid")),
            part("sequences", "s.seqrelid, s.xmin", of("pg_sequence", "s", "s.seqrelid")),
            part("foreign tables", "f.ftrelid, f.xmin", of("pg_foreign_table", "f", "f.ftrelid")),
            part(
                    "constraints",
                    "o.oid, o.xmin",
                    "pg_catalog.pg_constraint o LEFT JOIN pg_catalog.pg_class c ON c.oid = o.conrelid"
                            + " WHERE coalesce(c.relpersistence, 'p') <> 't'"),
            part(
                    "types",
                    "t.oid, t.xmin",
                    "pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem"
                            + " LEFT JOIN pg_catalog.pg_class c ON c.oid IN (t.typrelid, e.typrelid)"
                            + " WHERE coalesce(c.relpersistence, 'p') <> 't'"),
            part("comments", "objoid, classoid, objsubid, xmin", "pg_catalog.pg_description"),
            part("labels", "objoid, classoid, objsubid, xmin", "pg_catalog.pg_seclabel"),
            part("first rights", "objoid, classoid, objsubid, xmin", "pg_catalog.pg_init_privs"),
            part("parsers", "mapcfg, maptokentype, mapseqno, xmin", "pg_catalog.pg_ts_config_map"),
            part(
                    "owned",
                    "d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid, d.deptype",
                    "pg_catalog.pg_depend d LEFT JOIN pg_catalog.pg_class c"
                            + " ON d.classid = 'pg_catalog.pg_class'::regclass AND c.oid = d.objid"
                            + " WHERE d.deptype IN ('e', 'x') OR c.relpersistence <> 't' AND d.deptype IN ('a', 'i')"),
            part("mappings", "m.umid, m.srvid, m.usename, m.umoptions", "pg_catalog.pg_user_mappings m"),
            part("roles", "oid, rolname", "pg_catalog.pg_roles"),
            part("tablespaces", "oid, spcname", "pg_catalog.pg_tablespace"));

    private static final String ALL = Stream.concat(
                    PLAIN.stream().map(catalog -> part(catalog, "oid, xmin", "pg_catalog." + catalog)), OTHERS.stream())
            .collect(Collectors.joining(" UNION ALL "));

    private ArchiveFingerprint() {}

    /** @return empty where there are large objects: no catalog and no decoding shows that their bytes changed */
    static String of(Session session) {
        if (session.number("SELECT count(*) FROM (SELECT FROM pg_catalog.pg_largeobject_metadata LIMIT 1) l") > 0) {
            return "";
        }
        return session.first(query(session.serverVersion(), session.isSuperuser()), row -> row.text("part"))
                .orElseThrow();
    }

    /** @param superuser who alone reads subscriptions, pg_dump's too */
    private static String query(int version, boolean superuser) {
        String since15 = version < 150000
                ? ""
                : " UNION ALL " + part("published schemas", "oid, xmin", "pg_catalog.pg_publication_namespace")
                        + " UNION ALL " + part("parameters", "oid, parname", "pg_catalog.pg_parameter_acl");
        String ofSuperuser =
                superuser ? " UNION ALL " + part("subscriptions", "oid, xmin", "pg_catalog.pg_subscription") : "";
        return "SELECT pg_catalog.md5(pg_catalog.string_agg(part, ';' ORDER BY part)) AS part FROM (" + ALL + since15
                + ofSuperuser + ") parts";
    }

    private static String of(String catalog, String alias, String relation) {
        return "pg_catalog." + catalog + " " + alias + PERMANENT.formatted(relation);
    }

    private static String part(String name, String columns, String from) {
        return "SELECT concat_ws(' ', '" + name + "', count(*), sum(pg_catalog.hashtextextended(concat_ws(' ', "
                + columns + "), 0))) AS part FROM " + from;
    }
}

package io.understudy.primary.capture.database;

import io.understudy.postgres.Session;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the catalogs say of the objects of a schema, so that one look can be compared with another. pg_dump reads most
 * of it as of its snapshot, but the texts of expressions, indexes and constraints as they are at the moment: an archive
 * is of one moment only when nothing of this has changed from the snapshot until pg_dump ended. Objects that came later
 * do no harm. What TRUNCATE, VACUUM, CLUSTER and REINDEX change does not count, nor do temporary tables.
 *
 * @param objects by catalog and OID
 */
record CatalogStamp(Map<String, String> objects) {
    static final CatalogStamp NOTHING = new CatalogStamp(Map.of());

    /** The first OID that is not PostgreSQL's own. */
    private static final String OF_SITE = " >= 16384";

    private static final String RELATIONS = """
            SELECT 'relation ' || c.oid AS object, concat_ws(' ', c.relname, c.relnamespace, c.relkind, c.relpersistence,
                c.relowner, c.reltype, c.relam, c.relrowsecurity, c.relforcerowsecurity, c.relispartition, c.reloptions, c.relacl) AS stamp
            FROM pg_catalog.pg_class c
            WHERE c.relkind <> 't' AND c.relpersistence <> 't' AND c.relnamespace <> 'pg_toast'::regnamespace AND c.oid
            """.strip() + OF_SITE;
    private static final String COLUMNS = """
            SELECT 'columns ' || a.attrelid, md5(string_agg(concat_ws(' ', a.attnum, a.attname, a.atttypid, a.atttypmod,
                a.attnotnull, a.atthasdef, a.attisdropped, a.attidentity, a.attgenerated, a.attacl), ',' ORDER BY a.attnum))
            FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            WHERE a.attnum > 0 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relpersistence <> 't' AND c.oid
            """.strip() + OF_SITE + " GROUP BY a.attrelid";
    private static final String FUNCTIONS =
            "SELECT 'function ' || oid, concat_ws(' ', proname, pronamespace, proowner, prorettype, proargtypes, proargnames)"
                    + " FROM pg_catalog.pg_proc WHERE oid" + OF_SITE;
    private static final String ENUM = "label ";
    private static final String ENUMS =
            "SELECT '" + ENUM + "' || oid AS object, xmin::text AS stamp FROM pg_catalog.pg_enum WHERE oid" + OF_SITE;
    private static final String TYPES = "SELECT 'type ' || t.oid, t.xmin::text FROM pg_catalog.pg_type t"
            + " LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid"
            + " WHERE coalesce(c.relpersistence, 'p') <> 't' AND t.typelem = 0 AND t.oid" + OF_SITE;
    private static final String CONSTRAINTS =
            "SELECT 'constraint ' || o.oid, o.xmin::text FROM pg_catalog.pg_constraint o"
                    + " LEFT JOIN pg_catalog.pg_class c ON c.oid = o.conrelid"
                    + " WHERE coalesce(c.relpersistence, 'p') <> 't' AND o.oid" + OF_SITE;
    private static final String DEFAULTS = "SELECT 'default ' || o.oid, o.xmin::text FROM pg_catalog.pg_attrdef o"
            + " JOIN pg_catalog.pg_class c ON c.oid = o.adrelid WHERE c.relpersistence <> 't' AND o.oid" + OF_SITE;
    private static final String TRIGGERS = "SELECT 'trigger ' || o.oid, o.xmin::text FROM pg_catalog.pg_trigger o"
            + " JOIN pg_catalog.pg_class c ON c.oid = o.tgrelid WHERE c.relpersistence <> 't' AND o.oid" + OF_SITE;
    private static final String SCHEMAS = "SELECT 'schema ' || oid, concat_ws(' ', nspname, nspowner, nspacl)"
            + " FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_'";
    /** Those whose rows change only with what they describe. */
    private static final List<String> OTHERS = List.of(
            "pg_policy",
            "pg_operator",
            "pg_opclass",
            "pg_opfamily",
            "pg_cast",
            "pg_conversion",
            "pg_collation",
            "pg_ts_config",
            "pg_ts_dict",
            "pg_event_trigger",
            "pg_statistic_ext",
            "pg_extension",
            "pg_foreign_server",
            "pg_foreign_data_wrapper",
            "pg_publication",
            "pg_default_acl");

    private static final String ALL = Stream.concat(
                    Stream.of(RELATIONS, COLUMNS, FUNCTIONS, ENUMS, TYPES, CONSTRAINTS, DEFAULTS, TRIGGERS, SCHEMAS),
                    OTHERS.stream()
                            .map(catalog -> "SELECT '" + catalog + " ' || oid, xmin::text FROM pg_catalog." + catalog
                                    + " WHERE oid" + OF_SITE))
            .collect(Collectors.joining(" UNION ALL "));

    static CatalogStamp of(Session session) {
        return read(session, ALL);
    }

    /** The labels of enumerations alone, as whose texts their values are copied. */
    static CatalogStamp ofEnums(Session session) {
        return read(session, ENUMS);
    }

    private static CatalogStamp read(Session session, String query) {
        Map<String, String> objects = new HashMap<>();
        session.query(query, row -> Map.entry(row.text("object"), row.text("stamp")))
                .forEach(entry -> objects.put(entry.getKey(), entry.getValue()));
        return new CatalogStamp(objects);
    }

    /** Whether all of this is still so, as a later look found it. */
    boolean standsIn(CatalogStamp later) {
        return later.objects.entrySet().containsAll(objects.entrySet());
    }

    boolean enumsStandIn(CatalogStamp later) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(ENUM))
                .allMatch(later.objects.entrySet()::contains);
    }
}

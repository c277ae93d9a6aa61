package io.understudy.postgres;

import java.util.List;

/**
 * The roles that a restore of this database names: owners, grantees and grantors, policies, default privileges, user
 * mappings, and those of the database itself. PostgreSQL's dependencies name them, except for the cluster's first
 * superuser, on which none are recorded: its objects are looked up. What belongs to extensions is created by the role
 * that creates the extension, so its owners do not count; nor do those of temporary tables.
 */
final class RolesInUse {
    private static final String RECORDED = """
            SELECT s.refobjid AS role
            FROM pg_shdepend s
            JOIN pg_database d ON d.oid = s.dbid AND d.datname = current_database()
            WHERE s.refclassid = 'pg_authid'::regclass AND s.deptype IN ('o', 'a', 'r')
            AND s.classid <> 'pg_extension'::regclass
            AND NOT (s.classid = 'pg_class'::regclass AND EXISTS (
                SELECT FROM pg_class t WHERE t.oid = s.objid AND t.relpersistence = 't'))
            AND NOT (s.deptype = 'o' AND EXISTS (
                SELECT FROM pg_depend e WHERE e.classid = s.classid AND e.objid = s.objid AND e.deptype = 'e'))
            """;

    private static final String OF_DATABASE = """
            SELECT d.datdba FROM pg_database d WHERE d.datname = current_database()
            UNION SELECT unnest(ARRAY[a.grantor, a.grantee])
                FROM pg_database d CROSS JOIN LATERAL aclexplode(d.datacl) a WHERE d.datname = current_database()
            UNION SELECT s.setrole FROM pg_db_role_setting s
                JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
            """;

    private static final String OF_FIRST_SUPERUSER = """
            SELECT o.owner FROM (
                SELECT 'pg_class'::regclass AS class, oid, relowner AS owner FROM pg_class
                    WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND relpersistence <> 't'
                UNION ALL SELECT 'pg_proc'::regclass, oid, proowner FROM pg_proc
                UNION ALL SELECT 'pg_type'::regclass, oid, typowner FROM pg_type WHERE typtype IN ('d', 'e', 'r', 'b') AND typelem = 0
                UNION ALL SELECT 'pg_namespace'::regclass, oid, nspowner FROM pg_namespace WHERE nspname !~ '^pg_'
                UNION ALL SELECT 'pg_collation'::regclass, oid, collowner FROM pg_collation
                UNION ALL SELECT 'pg_conversion'::regclass, oid, conowner FROM pg_conversion
                UNION ALL SELECT 'pg_operator'::regclass, oid, oprowner FROM pg_operator
                UNION ALL SELECT 'pg_opclass'::regclass, oid, opcowner FROM pg_opclass
                UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfowner FROM pg_opfamily
                UNION ALL SELECT 'pg_language'::regclass, oid, lanowner FROM pg_language
                UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, fdwowner FROM pg_foreign_data_wrapper
                UNION ALL SELECT 'pg_foreign_server'::regclass, oid, srvowner FROM pg_foreign_server
                UNION ALL SELECT 'pg_event_trigger'::regclass, oid, evtowner FROM pg_event_trigger
                UNION ALL SELECT 'pg_publication'::regclass, oid, pubowner FROM pg_publication
                UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, stxowner FROM pg_statistic_ext
                UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgowner FROM pg_ts_config
                UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictowner FROM pg_ts_dict
                UNION ALL SELECT 'pg_largeobject_metadata'::regclass, oid, lomowner FROM pg_largeobject_metadata
                UNION ALL SELECT 'pg_default_acl'::regclass, oid, defaclrole FROM pg_default_acl
            ) o
            WHERE o.owner = 10 AND (o.oid >= 16384 OR o.class = 'pg_largeobject_metadata'::regclass)
            AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e')
            """;

    private final Session session;

    RolesInUse(Session session) {
        this.session = session;
    }

    /** Sorted; without PostgreSQL's predefined roles, which every server has. */
    List<String> names() {
        return session.query(
                "SELECT DISTINCT r.rolname::text COLLATE \"C\" AS name FROM pg_roles r WHERE r.rolname !~ '^pg_' AND r.oid IN ("
                        + RECORDED + " UNION " + OF_DATABASE + " UNION " + OF_FIRST_SUPERUSER + ") ORDER BY 1",
                row -> row.text("name"));
    }
}

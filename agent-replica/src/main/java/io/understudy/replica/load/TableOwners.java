package io.understudy.replica.load;

import io.understudy.postgres.Row;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Who owns the tables and domains of the spare database, and the grants that let another role fill them. */
final class TableOwners {
    private static final String OF_SITE = " n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ";

    /** Whether triggers or rules act in a session as replica, too: only the owner turns them off. */
    private static final String LOUD = """
            (EXISTS (SELECT FROM pg_catalog.pg_trigger t
                WHERE t.tgrelid = o.oid AND t.tgenabled IN ('A', 'R') AND NOT t.tgisinternal)
            OR EXISTS (SELECT FROM pg_catalog.pg_rewrite w
                WHERE w.ev_class = o.oid AND w.ev_enabled IN ('A', 'R') AND w.rulename <> '_RETURN')) AS loud,""";

    /**
     * Whether an index runs what is not built in: a function that it names, or one of a range type, which GiST calls
     * for the difference of two values and no index names. Trees and hashes of values call what superusers alone can
     * make.
     */
    private static final String CODED = """
             (EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_depend d
                ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid
                WHERE i.indrelid = o.oid AND d.refobjid >= 16384 AND d.refclassid NOT IN
                    ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_constraint'::pg_catalog.regclass))
            OR EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
                JOIN pg_catalog.pg_am m ON m.oid = x.relam AND m.amname NOT IN ('btree', 'hash')
                JOIN pg_catalog.pg_attribute a ON a.attrelid = x.oid AND a.atttypid >= 16384
                WHERE i.indrelid = o.oid)) AS coded
            """;

    private static final String OWNED = """
            SELECT n.nspname AS schema, o.name, r.rolname AS owner, r.rolsuper OR r.rolname ~ '^pg_' AS privileged,
            """ + LOUD + CODED + """
            FROM (SELECT oid, relnamespace AS namespace, relname AS name, relowner AS owner FROM pg_catalog.pg_class
                    WHERE relkind IN ('r', 'p') AND relpersistence <> 't'
                UNION ALL SELECT 0, typnamespace, typname, typowner FROM pg_catalog.pg_type WHERE typtype = 'd') o
            JOIN pg_catalog.pg_namespace n ON n.oid = o.namespace
            JOIN pg_catalog.pg_roles r ON r.oid = o.owner
            WHERE""" + OF_SITE;

    private static final String OWNED_SOME = """
            SELECT n.nspname AS schema, o.relname AS name, r.rolname AS owner, r.rolsuper OR r.rolname ~ '^pg_' AS privileged,
            """ + LOUD + CODED + """
            FROM pg_catalog.unnest(?::pg_catalog.text[]) s (name)
            JOIN pg_catalog.pg_class o ON o.oid = pg_catalog.to_regclass(s.name)
            JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace JOIN pg_catalog.pg_roles r ON r.oid = o.relowner
            """;

    private static final String LACKING_SOME = """
            SELECT pg_catalog.format('GRANT %s ON TABLE %I.%I TO %I', p.right, n.nspname, c.relname, r.name) AS sql
            FROM (SELECT ?::pg_catalog.name AS name) r, pg_catalog.unnest(?::pg_catalog.text[]) t (name)
            JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(t.name)
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('DELETE'), ('TRUNCATE')) p ("right")
            WHERE pg_catalog.pg_get_userbyid(c.relowner) = ?::pg_catalog.name
            AND NOT pg_catalog.has_table_privilege(r.name, c.oid, p.right)
            """;

    private static final String SEE_SCHEMAS =
            "SELECT pg_catalog.format('GRANT USAGE ON SCHEMA %I TO %I', n.nspname, r.name) AS sql"
                    + " FROM pg_catalog.pg_namespace n, (SELECT ?::pg_catalog.name AS name) r WHERE" + OF_SITE
                    + "AND NOT pg_catalog.has_schema_privilege(r.name, n.oid, 'USAGE')";

    /** An owner may have taken rights from itself; a foreign key may refer to a table of another. */
    private static final String LACKING = """
            SELECT pg_catalog.format('GRANT %s ON TABLE %I.%I TO %I', CASE WHEN o.own THEN p.right ELSE 'REFERENCES' END,
                n.nspname, c.relname, r.name) AS sql
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN (SELECT ?::pg_catalog.name AS name, ?::pg_catalog.name AS owner) r
            CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_userbyid(c.relowner) = r.owner AS own) o
            CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('DELETE'), ('TRUNCATE'), ('REFERENCES')) p ("right")
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND (o.own OR p.right = 'REFERENCES')
            AND NOT pg_catalog.has_table_privilege(r.name, c.oid, p.right) AND""" + OF_SITE;

    private static final String FILL_ALL =
            "SELECT pg_catalog.format('GRANT SELECT, INSERT, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA %1$I TO %2$I;"
                    + " GRANT ALL ON ALL SEQUENCES IN SCHEMA %1$I TO %2$I', n.nspname, ?::pg_catalog.name) AS sql"
                    + " FROM pg_catalog.pg_namespace n WHERE" + OF_SITE;

    private static final String CHANGE_ALL =
            "SELECT pg_catalog.format('GRANT UPDATE ON ALL TABLES IN SCHEMA %I TO %I', n.nspname, ?::pg_catalog.name) AS sql"
                    + " FROM pg_catalog.pg_namespace n WHERE" + OF_SITE;

    /** A policy that binds the owner too would hide rows from a member of it, and any policy from who is no member. */
    private static final String HIDDEN =
            "SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles r ON r.oid = c.relowner"
                    + " WHERE r.rolname = ? AND c.relrowsecurity AND (c.relforcerowsecurity OR r.rolsuper OR r.rolname ~ '^pg_')";

    private static final String TAKE_BACK =
            "SELECT pg_catalog.format('REVOKE ALL ON ALL TABLES IN SCHEMA %1$I FROM %2$I;"
                    + " REVOKE ALL ON ALL SEQUENCES IN SCHEMA %1$I FROM %2$I', n.nspname, r.rolname) AS sql"
                    + " FROM pg_catalog.pg_namespace n, pg_catalog.pg_roles r WHERE r.rolname = ?::pg_catalog.name AND EXISTS ("
                    + " SELECT FROM pg_catalog.pg_class c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) a"
                    + " WHERE c.relnamespace = n.oid AND a.grantee = r.oid) AND" + OF_SITE;

    private final Map<String, String> byName = new HashMap<>();
    private final SortedSet<String> ordinary = new TreeSet<>();
    private final SortedSet<String> privileged = new TreeSet<>();
    private final Set<String> loud = new HashSet<>();
    private final Set<String> coded = new HashSet<>();

    private TableOwners() {}

    /** Where it is not known, and does not matter. */
    static TableOwners none() {
        return new TableOwners();
    }

    /** @param session in the spare database, its schema restored */
    static TableOwners of(Session session) {
        TableOwners found = new TableOwners();
        session.query(OWNED, found::add);
        return found;
    }

    private boolean add(Row row) throws SQLException {
        String name = Sql.qualified(row.text("schema"), row.text("name"));
        byName.put(name, row.text("owner"));
        if (row.flag("privileged") && row.flag("loud")) {
            (row.flag("coded") ? coded : loud).add(name);
        }
        return (row.flag("privileged") ? privileged : ordinary).add(row.text("owner"));
    }

    /**
     * Tables of {@link #privileged} owners with triggers or rules that act in a session as replica, too, and without an
     * index that may run a function of the site.
     */
    Set<String> loud() {
        return loud;
    }

    /** The same, with such an index. */
    Set<String> loudAndCoded() {
        return coded;
    }

    /** The owner of each table and domain, by its qualified name. */
    Map<String, String> byName() {
        return byName;
    }

    /** Owners that are no superusers. */
    SortedSet<String> ordinary() {
        return ordinary;
    }

    /** Owners that are superusers, or roles that PostgreSQL itself has and that no role can be a member of. */
    SortedSet<String> privileged() {
        return privileged;
    }

    /** Makes {@code role} a member of the owner, and gives it what the owner may lack for its own tables. */
    static void grant(Session session, String role, String owner) {
        session.execute("GRANT " + Sql.identifier(owner) + " TO " + Sql.identifier(role));
        run(session, session.query(SEE_SCHEMAS, row -> row.text("sql"), role));
        run(session, session.query(LACKING, row -> row.text("sql"), role, owner));
    }

    /** Lets {@code role}, which stands for the owner, see rows of its tables that a policy would hide. */
    static void showRows(Session session, String role, String owner) {
        if (session.number(HIDDEN, owner) > 0) {
            session.execute("ALTER ROLE " + Sql.identifier(role) + " BYPASSRLS");
        }
    }

    /** Lets {@code role} read and fill every table. */
    static void grantAll(Session session, String role) {
        run(session, session.query(SEE_SCHEMAS, row -> row.text("sql"), role));
        run(session, session.query(FILL_ALL, row -> row.text("sql"), role));
    }

    /** Lets {@code role} change rows of every table. */
    static void changeAll(Session session, String role) {
        grantAll(session, role);
        run(session, session.query(CHANGE_ALL, row -> row.text("sql"), role));
    }

    /**
     * The owners of some tables alone.
     *
     * @param tables qualified
     */
    static TableOwners of(Session session, Collection<String> tables) {
        TableOwners found = new TableOwners();
        session.query(OWNED_SOME, found::add, KeyText.array(tables));
        return found;
    }

    /** As {@link #grant}, for some of the owner's tables. */
    static void grantSome(Session session, String role, String owner, Collection<String> tables) {
        session.execute("GRANT " + Sql.identifier(owner) + " TO " + Sql.identifier(role));
        run(session, session.query(SEE_SCHEMAS, row -> row.text("sql"), role));
        run(session, session.query(LACKING_SOME, row -> row.text("sql"), role, KeyText.array(tables), owner));
    }

    /** Lets {@code role} read and fill some tables. */
    static void fillSome(Session session, String role, Collection<String> tables) {
        run(session, session.query(SEE_SCHEMAS, row -> row.text("sql"), role));
        session.execute("GRANT SELECT, INSERT, DELETE, TRUNCATE ON TABLE " + String.join(", ", tables) + " TO "
                + Sql.identifier(role));
    }

    /** Takes away what {@link #grantSome} and {@link #fillSome} gave. */
    static void revokeSome(Session session, String role, Collection<String> tables) {
        session.execute("REVOKE ALL ON TABLE " + String.join(", ", tables) + " FROM " + Sql.identifier(role));
        session.execute("DROP OWNED BY " + Sql.identifier(role));
    }

    /**
     * Takes all away again. First what all tables may have: DROP OWNED locks each table that it finds, and the server's
     * lock table is small.
     */
    static void revoke(Session session, String role) {
        run(session, session.query(TAKE_BACK, row -> row.text("sql"), role));
        session.execute("DROP OWNED BY " + Sql.identifier(role));
    }

    private static void run(Session session, List<String> statements) {
        statements.forEach(session::execute);
    }
}

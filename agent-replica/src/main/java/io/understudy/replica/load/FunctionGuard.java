package io.understudy.replica.load;

import io.understudy.postgres.Database;
import io.understudy.postgres.Session;

/**
 * Keeps functions of the site from running with a superuser's rights while the schema is restored. A superuser has to
 * restore it, as only it may create objects for all owners; but PostgreSQL computes what is constant in the expression
 * of a generated column or in the constraints of a new partition, and reads an aggregate's first value, and each may
 * call functions of the site.
 *
 * <p>An event trigger makes every function of an ordinary role SECURITY DEFINER as soon as it belongs to that role:
 * then it runs with its owner's rights in every session, and PostgreSQL forbids SET ROLE and SET SESSION AUTHORIZATION
 * inside. When the schema is there, functions become what they were.
 *
 * <p>PostgreSQL's own functions can't be changed so, and some run what they are given ({@code query_to_xml}). In the
 * schema only the CHECK of a domain reaches them: the bounds of a partition and an aggregate's first value are checked
 * against it. So a domain of an ordinary role checks nothing until the schema is there.
 */
final class FunctionGuard {
    /** A name that no dump brings: it is dropped before the rows come. */
    private static final String SCHEMA = "understudy_guard";

    private static final String RAISE = """
            CREATE SCHEMA @;
            CREATE TABLE @.changed (function pg_catalog.oid);
            CREATE TABLE @.domain (type pg_catalog.oid, name pg_catalog.name, definition pg_catalog.text);
            CREATE FUNCTION @.change() RETURNS pg_catalog.event_trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
            DECLARE
                p record;
                plain text := 'ALTER DOMAIN %1$s DROP CONSTRAINT %2$I; ALTER DOMAIN %1$s ADD CONSTRAINT %2$I CHECK (true)';
            BEGIN
                FOR p IN SELECT t.oid, t.oid::regtype AS type, c.conname, pg_get_constraintdef(c.oid) AS definition
                    FROM pg_event_trigger_ddl_commands() d JOIN pg_type t ON t.oid = d.objid JOIN pg_roles r ON r.oid = t.typowner
                    JOIN pg_constraint c ON c.contypid = t.oid
                    WHERE d.classid = 'pg_type'::regclass AND NOT d.in_extension AND NOT r.rolsuper
                    AND c.contype = 'c' AND NOT EXISTS (SELECT FROM @.domain k WHERE k.type = t.oid AND k.name = c.conname)
                LOOP
                    INSERT INTO @.domain VALUES (p.oid, p.conname, p.definition);
                    EXECUTE format(plain, p.type, p.conname);
                END LOOP;
                FOR p IN SELECT f.oid, f.oid::regprocedure AS name
                    FROM pg_event_trigger_ddl_commands() d JOIN pg_proc f ON f.oid = d.objid JOIN pg_roles r ON r.oid = f.proowner
                    WHERE d.classid = 'pg_proc'::regclass AND NOT d.in_extension
                    AND f.prokind <> 'a' AND NOT f.prosecdef AND NOT r.rolsuper
                LOOP
                    EXECUTE format('ALTER ROUTINE %s SECURITY DEFINER', p.name);
                    INSERT INTO @.changed VALUES (p.oid);
                END LOOP;
            END$$;
            CREATE EVENT TRIGGER @ ON ddl_command_end WHEN tag IN ('CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE PROCEDURE',
                'ALTER PROCEDURE', 'ALTER ROUTINE', 'CREATE DOMAIN', 'ALTER DOMAIN', 'ALTER TYPE') EXECUTE FUNCTION @.change();
            """;

    private static final String LOWER = """
            DROP EVENT TRIGGER @;
            DO $$
            DECLARE p record;
            BEGIN
                FOR p IN SELECT k.type::regtype AS type, k.name, k.definition, pg_catalog.obj_description(c.oid, 'pg_constraint') AS comment
                    FROM @.domain k JOIN pg_catalog.pg_constraint c ON c.contypid = k.type AND c.conname = k.name
                LOOP
                    EXECUTE pg_catalog.format('ALTER DOMAIN %1$s DROP CONSTRAINT %2$I; ALTER DOMAIN %1$s ADD CONSTRAINT %2$I %3$s;'
                        || ' COMMENT ON CONSTRAINT %2$I ON DOMAIN %1$s IS %4$L', p.type, p.name, p.definition, p.comment);
                END LOOP;
                FOR p IN SELECT DISTINCT function::regprocedure AS name FROM @.changed
                LOOP
                    EXECUTE pg_catalog.format('ALTER ROUTINE %s SECURITY INVOKER', p.name);
                END LOOP;
            END$$;
            DROP SCHEMA @ CASCADE;
            """;

    private final Database database;
    private final String spare;

    FunctionGuard(Database database, String spare) {
        this.database = database;
        this.spare = spare;
    }

    /** Runs what restores the schema. */
    void during(Runnable restore) {
        if (!change(RAISE)) {
            restore.run();
            return;
        }
        restore.run();
        change(LOWER);
    }

    /** Only a superuser can make an event trigger, and only for one it is needed. */
    private boolean change(String statements) {
        try (Session session = database.open(spare)) {
            boolean superuser = session.isSuperuser();
            if (superuser) {
                session.execute(statements.replace("@", SCHEMA));
            }
            return superuser;
        }
    }
}

package io.understudy.history;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseNames;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.Optional;

/**
 * The database {@code <database>_history}: a plain table for each table of the site, of the same schema and name, and
 * in the schema {@code understudy} whose it is and how far each table is. Every table has
 *
 * <pre>
 * key        jsonb        {"id": "4711"}
 * version    bigint       1, 2, …
 * valid_from timestamptz  the first snapshot that was seen with it
 * valid_to   timestamptz  the first snapshot without it; null for what is there now
 * deleted    boolean      whether the row was gone then, not replaced
 * snapshot   text         the last one with it
 * seen       timestamptz  the moment of that
 * row        jsonb        values as text, as of that snapshot; null for what is there now
 * </pre>
 */
final class RevisionTables {
    private static final int FORMAT = 1;

    private RevisionTables() {}

    static String name(DatabaseSettings settings) {
        return DatabaseNames.of(settings.name()).history();
    }

    /** Empty where the server has none. */
    static Optional<Session> open(Database database, String site) {
        String name = name(database.settings());
        if (!exists(database, name)) {
            return Optional.empty();
        }
        Session session = database.openApart(name);
        try {
            if (!isOurs(session, name, site)) {
                session.close();
                return Optional.empty();
            }
            return Optional.of(session);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /**
     * Makes it where it is missing.
     *
     * @throws UnderstudyException {@code MISSING_PRIVILEGE} where the user may make none, {@code DATABASE_FAILED} where
     *     another database has its name
     */
    static Session openOrCreate(Database database, String site) {
        String name = name(database.settings());
        if (!exists(database, name)) {
            create(database, name);
        }
        Session session = database.openApart(name);
        try {
            if (!isOurs(session, name, site)) {
                prepare(session, name, site);
            }
            return session;
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static boolean exists(Database database, String name) {
        try (Session session = database.maintenance()) {
            return session.number("SELECT count(*) FROM pg_catalog.pg_database WHERE datname = ?", name) > 0;
        }
    }

    private static void create(Database database, String name) {
        try (Session session = database.maintenance()) {
            session.execute("CREATE DATABASE " + Sql.identifier(name)
                    + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.MISSING_PRIVILEGE) {
                throw new UnderstudyException(
                        ErrorCode.MISSING_PRIVILEGE,
                        "cannot make database " + Sql.identifier(name) + " for the history of rows: "
                                + Sql.identifier(database.settings().user()) + " may make no databases",
                        "ALTER ROLE " + Sql.identifier(database.settings().user())
                                + " CREATEDB, or create it empty and let this role own it",
                        e);
            }
            throw e;
        }
    }

    /** Whether it is this site's; not yet where it is empty. */
    private static boolean isOurs(Session session, String name, String site) {
        if (session.number("SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'understudy'"
                        + " AND tablename = 'about'")
                == 0) {
            if (session.number("SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
                            + " ON n.oid = c.relnamespace WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')"
                            + " AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'")
                    > 0) {
                throw foreign(name, "it holds something else");
            }
            return false;
        }
        String whose = session.first("SELECT site FROM understudy.about", row -> row.text("site"))
                .orElse("");
        long format = session.number("SELECT max(format) FROM understudy.about");
        if (!whose.equals(site)) {
            throw foreign(name, "it belongs to site " + whose);
        }
        if (format != FORMAT) {
            throw foreign(name, "it has format " + format + ", and this version knows " + FORMAT);
        }
        return true;
    }

    private static UnderstudyException foreign(String name, String why) {
        return new UnderstudyException(
                ErrorCode.DATABASE_FAILED,
                "cannot use database " + Sql.identifier(name) + " for the history of rows: " + why,
                "rename that database, or leave out history.tables");
    }

    private static void prepare(Session session, String name, String site) {
        session.execute("BEGIN");
        session.execute("CREATE SCHEMA IF NOT EXISTS understudy");
        session.execute(
                "CREATE TABLE understudy.about (site text PRIMARY KEY, format int NOT NULL, pruned timestamptz)");
        session.execute("CREATE TABLE understudy.progress (name text PRIMARY KEY, key text NOT NULL,"
                + " snapshot text NOT NULL, moment timestamptz NOT NULL, since timestamptz NOT NULL)");
        session.update("INSERT INTO understudy.about VALUES (?, ?, NULL)", site, FORMAT);
        // Who may read a table of the site may not read its revisions by that.
        session.execute("REVOKE ALL ON DATABASE " + Sql.identifier(name) + " FROM PUBLIC");
        session.execute("COMMIT");
    }

    static void createTable(Session session, TableRef table) {
        session.execute("CREATE SCHEMA IF NOT EXISTS " + Sql.identifier(table.schema()));
        session.execute("CREATE TABLE IF NOT EXISTS " + table.qualified()
                + " (key jsonb NOT NULL, version bigint NOT NULL, valid_from timestamptz NOT NULL, valid_to timestamptz,"
                + " deleted boolean, snapshot text, seen timestamptz, row jsonb, PRIMARY KEY (key, version))");
    }

    static boolean hasTable(Session session, TableRef table) {
        return session.number(
                        "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = ? AND tablename = ?",
                        table.schema(),
                        table.name())
                > 0;
    }
}

package io.understudy.replica.drill;

import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;

/**
 * What the server does for a session that copies a database into a name. It does not end with the agent that asked for
 * it: a server that copies looks for its client when it is done, and the database would appear after everything else of
 * the drill was cleared up. So such a session holds a lock, by which the next agent finds it and ends it.
 */
final class CopyWork {
    /** Of such locks; the name is the other half. */
    private static final int CLASS = 1_431_200_870;

    /** Two halves of 32 bits, the second one signed as the server's hash is. */
    private static final String HOLDERS = "SELECT pg_catalog.pg_terminate_backend(pid)::int AS ended"
            + " FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND pid <> pg_catalog.pg_backend_pid()"
            + " AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"
            + " AND classid = " + CLASS + "::oid AND objid = pg_catalog.hashtext(%s)::oid";

    private final Database database;
    private final String name;

    /** @param name that the copy gets */
    CopyWork(Database database, String name) {
        this.database = database;
        this.name = name;
    }

    /**
     * This session, one of the database for maintenance, is about to copy. Settings of it were changed, so it is no
     * other's afterwards, and the lock ends with it.
     */
    void begin(Session session) {
        lock(session, "pg_advisory_lock");
    }

    /** Ends what a session of an agent that was killed does, and returns when it has ended. */
    void end() {
        try (Session session = database.maintenance()) {
            session.query(String.format(HOLDERS, Sql.literal(name)), row -> row.number("ended"));
            session.execute("BEGIN");
            lock(session, "pg_advisory_xact_lock");
            session.execute("COMMIT");
        }
    }

    private void lock(Session session, String function) {
        session.query(
                "SELECT pg_catalog." + function + "(" + CLASS + ", pg_catalog.hashtext(" + Sql.literal(name)
                        + "))::text AS locked",
                row -> row.text("locked"));
    }
}

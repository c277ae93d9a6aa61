package io.understudy.postgres;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Ticker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The databases of one server: which there are, and their names. Identity decides; names only show. Not for concurrent
 * use.
 *
 * <p>What takes a name or a database away ends its sessions. New ones are not refused beforehand: PostgreSQL lets them
 * wait behind the lock of the statement itself, so there is no closed door that a crash could leave behind.
 */
public final class Databases {
    private static final String ALL = "SELECT system_identifier, d.oid::int8 AS oid, datname"
            + " FROM pg_catalog.pg_database d, pg_catalog.pg_control_system()";

    private static final String TEMPLATE =
            "SELECT datname FROM pg_catalog.pg_database WHERE oid = ?::oid AND datistemplate";

    private final Database database;
    private final ExclusiveAccess exclusive;

    public Databases(Database database, Ticker ticker) {
        this.database = database;
        this.exclusive = new ExclusiveAccess(database, ticker);
    }

    /** All databases of the server, with their names now. */
    public Map<DatabaseIdentity, String> all() {
        try (Session session = database.maintenance()) {
            return all(session);
        }
    }

    public Optional<DatabaseIdentity> named(String name) {
        return carrier(all(), name);
    }

    /** Empty when there is no such database. */
    public Optional<String> name(DatabaseIdentity identity) {
        return Optional.ofNullable(all().get(identity));
    }

    /**
     * Gives names to databases, all in one transaction: a crash leaves the old names or the new ones. Idempotent.
     *
     * @param wanted the names afterwards
     * @param passing a name that no database carries, for an exchange; never seen outside the transaction
     * @throws UnderstudyException {@code DATABASE_FOREIGN} when another database carries one of the names,
     *     {@code DATABASE_FAILED} when one of the databases is gone, {@code DATABASE_BUSY} when sessions stay,
     *     {@code MISSING_PRIVILEGE}; nothing has changed then
     */
    public void rename(Map<DatabaseIdentity, String> wanted, String passing) {
        Map<DatabaseIdentity, String> now = all();
        requireAll(wanted, now);
        List<Long> moved = wanted.keySet().stream()
                .filter(identity -> !wanted.get(identity).equals(now.get(identity)))
                .map(DatabaseIdentity::oid)
                .toList();
        if (moved.isEmpty()) {
            return;
        }
        List<String> names = wanted.values().stream().map(Sql::identifier).toList();
        String what = "cannot rename database" + (names.size() == 1 ? " to " : "s to ") + String.join(", ", names);
        try {
            exclusive.run(what, moved, session -> rename(session, wanted, passing));
        } catch (UnderstudyException e) {
            if (!isDone(wanted)) {
                throw e;
            }
        }
    }

    /** A connection that breaks at COMMIT leaves open whether it happened. */
    private boolean isDone(Map<DatabaseIdentity, String> wanted) {
        try {
            return all().entrySet().containsAll(wanted.entrySet());
        } catch (UnderstudyException e) {
            return false;
        }
    }

    private static void rename(Session session, Map<DatabaseIdentity, String> wanted, String passing) {
        session.execute("BEGIN");
        Map<DatabaseIdentity, String> now = all(session);
        requireAll(wanted, now);
        for (RenamePlan.Rename rename : RenamePlan.of(byOid(wanted, now), byOid(wanted, wanted), passing)
                .renames()) {
            session.execute(
                    "ALTER DATABASE " + Sql.identifier(rename.from()) + " RENAME TO " + Sql.identifier(rename.to()));
        }
        if (!all(session).entrySet().containsAll(wanted.entrySet())) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_BUSY,
                    "cannot rename databases: another session renamed one at the same moment",
                    "try again");
        }
        session.execute("COMMIT");
    }

    private static void requireAll(Map<DatabaseIdentity, String> wanted, Map<DatabaseIdentity, String> now) {
        wanted.forEach((identity, name) -> {
            if (!now.containsKey(identity)) {
                throw new UnderstudyException(
                        ErrorCode.DATABASE_FAILED,
                        "cannot rename a database to " + Sql.identifier(name) + ": the database with OID "
                                + identity.oid() + " is gone",
                        "another program dropped it; run sync to load it again");
            }
            carrier(now, name).filter(carrier -> !wanted.containsKey(carrier)).ifPresent(stranger -> {
                throw foreign(name);
            });
        });
    }

    /** For code that finds a name taken by a database that Understudy does not know. */
    public static UnderstudyException foreign(String name) {
        return new UnderstudyException(
                ErrorCode.DATABASE_FOREIGN,
                "cannot use the name " + Sql.identifier(name) + ": a database that Understudy did not create has it",
                "rename or drop that database");
    }

    /**
     * Drops a database with its sessions and subscriptions. The replication slots that those name on other servers
     * stay: they belong to the database that this one is a copy of. Its event triggers are disabled first: they are the
     * site's, and may forbid what is done here. Idempotent.
     *
     * @throws UnderstudyException {@code DATABASE_BUSY} when sessions, slots or prepared transactions stay,
     *     {@code DATABASE_FAILED} when it is a template, {@code MISSING_PRIVILEGE}
     */
    public void drop(DatabaseIdentity identity) {
        name(identity).ifPresent(name -> {
            requireNoTemplate(identity.oid(), name);
            dropSubscriptions(identity.oid(), name);
            exclusive.run(
                    "cannot drop database " + Sql.identifier(name),
                    List.of(identity.oid()),
                    session -> session.execute("DROP DATABASE IF EXISTS " + Sql.identifier(name)));
        });
    }

    /**
     * Ends all sessions of a database, and returns when they are gone. Its name is taken from it and given back in one
     * transaction, which is what PostgreSQL waits for sessions with.
     *
     * @throws UnderstudyException {@code DATABASE_BUSY} when sessions or prepared transactions stay,
     *     {@code MISSING_PRIVILEGE}
     */
    public void endSessions(DatabaseIdentity identity) {
        name(identity).ifPresent(name -> {
            String passing = Sql.identifier(DatabaseNames.of(name).passing("moving"));
            String own = Sql.identifier(name);
            exclusive.run("cannot end the sessions of database " + own, List.of(identity.oid()), session -> {
                session.execute("BEGIN; ALTER DATABASE " + own + " RENAME TO " + passing);
                session.execute("ALTER DATABASE " + passing + " RENAME TO " + own);
                session.execute("COMMIT");
            });
        });
    }

    private void dropSubscriptions(long oid, String name) {
        List<String> subscriptions;
        try (Session session = database.maintenance()) {
            subscriptions = session.query(
                    "SELECT subname FROM pg_catalog.pg_subscription WHERE subdbid = ?::oid",
                    row -> Sql.identifier(row.text("subname")),
                    Long.toString(oid));
        }
        if (subscriptions.isEmpty()) {
            return;
        }
        try (Session session = database.open(name)) {
            disableEventTriggers(session);
            for (String subscription : subscriptions) {
                session.execute("ALTER SUBSCRIPTION " + subscription + " DISABLE");
                session.execute("ALTER SUBSCRIPTION " + subscription + " SET (slot_name = NONE)");
                session.execute("DROP SUBSCRIPTION " + subscription);
            }
        }
    }

    /** No event trigger fires for this statement itself. */
    private static void disableEventTriggers(Session session) {
        List<String> enabled = session.query(
                "SELECT evtname FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D'",
                row -> Sql.identifier(row.text("evtname")));
        enabled.forEach(trigger -> session.execute("ALTER EVENT TRIGGER " + trigger + " DISABLE"));
    }

    /** An operator marked it, so an operator has to say that it may go. */
    private void requireNoTemplate(long oid, String name) {
        try (Session session = database.maintenance()) {
            session.first(TEMPLATE, row -> row.text("datname"), Long.toString(oid))
                    .ifPresent(marked -> {
                        throw new UnderstudyException(
                                ErrorCode.DATABASE_FAILED,
                                "cannot drop database " + Sql.identifier(name) + ": it is marked as a template",
                                "if it is not needed: ALTER DATABASE " + Sql.identifier(name) + " IS_TEMPLATE false");
                    });
        }
    }

    private static Map<DatabaseIdentity, String> all(Session session) {
        Map<DatabaseIdentity, String> all = new LinkedHashMap<>();
        session.query(
                        ALL,
                        row -> Map.entry(
                                new DatabaseIdentity(row.number("system_identifier"), row.number("oid")),
                                row.text("datname")))
                .forEach(found -> all.put(found.getKey(), found.getValue()));
        return all;
    }

    private static Optional<DatabaseIdentity> carrier(Map<DatabaseIdentity, String> all, String name) {
        return all.keySet().stream()
                .filter(identity -> Objects.equals(all.get(identity), name))
                .findFirst();
    }

    private static Map<Long, String> byOid(Map<DatabaseIdentity, String> keys, Map<DatabaseIdentity, String> names) {
        Map<Long, String> result = new LinkedHashMap<>();
        new ArrayList<>(keys.keySet()).forEach(identity -> result.put(identity.oid(), names.get(identity)));
        return result;
    }
}

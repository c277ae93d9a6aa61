package io.understudy.postgres;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Ticker;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Does what PostgreSQL does only to databases without sessions: ends the sessions, tries a few times, and reports those
 * that stayed.
 */
final class ExclusiveAccess {
    private static final int ATTEMPTS = 3;
    private static final String OCCUPANTS =
            "SELECT coalesce(usename, backend_type) AS who, coalesce(application_name, '') AS application,"
                    + " coalesce(client_addr::text, 'local') AS client, pid FROM pg_catalog.pg_stat_activity"
                    + " WHERE datid = ANY (?::oid[]) ORDER BY backend_start LIMIT 10";
    private static final String PREPARED =
            "SELECT gid FROM pg_catalog.pg_prepared_xacts JOIN pg_catalog.pg_database ON datname = database"
                    + " WHERE pg_database.oid = ANY (?::oid[]) ORDER BY prepared LIMIT 10";

    private final Database database;
    private final Ticker ticker;

    ExclusiveAccess(Database database, Ticker ticker) {
        this.database = database;
        this.ticker = ticker;
    }

    /**
     * @param what {@code cannot <do what> <to what>}
     * @param oids of the databases whose sessions are to end
     * @param work gets a session of the maintenance database; may be run again after it failed as busy
     * @throws UnderstudyException {@code DATABASE_BUSY} when sessions or prepared transactions stay; what {@code work}
     *     throws otherwise
     */
    void run(String what, Collection<Long> oids, Consumer<Session> work) {
        String array = oids.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
        database.endKept();
        requireNoPreparedTransaction(what, array);
        for (int attempt = 1; ; attempt++) {
            Optional<UnderstudyException> failure = attempt(oids, work);
            if (failure.isEmpty()) {
                return;
            }
            boolean refused = failure.get().code() == ErrorCode.MISSING_PRIVILEGE;
            if (refused || attempt == ATTEMPTS) {
                throw busy(what, array, failure.get());
            }
        }
    }

    private Optional<UnderstudyException> attempt(Collection<Long> oids, Consumer<Session> work) {
        try (Session session = database.maintenance();
                SessionTerminator ender = SessionTerminator.start(database.maintenance(), oids, ticker)) {
            session.execute("SET lock_timeout = '10s'; SET synchronous_commit = on");
            try {
                work.accept(session);
                return Optional.empty();
            } catch (UnderstudyException e) {
                if (e.code() != ErrorCode.DATABASE_BUSY) {
                    throw e;
                }
                return Optional.of(ender.refusal().orElse(e));
            }
        }
    }

    /** No session holds them, so ending sessions does not help, and only an operator knows whether to commit them. */
    private void requireNoPreparedTransaction(String what, String oids) {
        try (Session session = database.maintenance()) {
            List<String> prepared = session.query(PREPARED, row -> Sql.literal(row.text("gid")), oids);
            if (!prepared.isEmpty()) {
                throw new UnderstudyException(
                        ErrorCode.DATABASE_BUSY,
                        what + ": it has prepared transactions: " + String.join(", ", prepared),
                        "end each with COMMIT PREPARED or ROLLBACK PREPARED in that database");
            }
        }
    }

    private UnderstudyException busy(String what, String oids, UnderstudyException cause) {
        try (Session session = database.maintenance()) {
            List<String> stayed = session.query(
                    OCCUPANTS,
                    row -> row.text("who") + " (" + row.text("application") + ", " + row.text("client") + ", process "
                            + row.number("pid") + ")",
                    oids);
            return new UnderstudyException(
                    ErrorCode.DATABASE_BUSY,
                    what + ": "
                            + (stayed.isEmpty() ? cause.getMessage() : "sessions remain: " + String.join(", ", stayed)),
                    cause.code() == ErrorCode.MISSING_PRIVILEGE
                            ? "let database.user end them: GRANT pg_signal_backend, or the sessions' own roles, to it"
                            : "end these sessions, or stop what opens them",
                    cause);
        }
    }
}

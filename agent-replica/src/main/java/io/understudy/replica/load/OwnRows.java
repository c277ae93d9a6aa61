package io.understudy.replica.load;

import io.understudy.config.ProtectedRows;
import io.understudy.config.RowChanges;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Session;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.load.OwnChanges.Kept;
import io.understudy.replica.load.SqlScript.Statement;
import io.understudy.repository.ErasedKeys;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Changes rows of a database that was loaded and compared, before it can become live, by the rules of this standby:
 * {@code database.after_load}, then {@code protect}. All of it is one transaction, and the tables that it changed are
 * known: the next load brings them back first.
 */
final class OwnRows {
    /** The name of its transaction among those of a load by differences. */
    static final String PART = "4 own rows";

    private static final String CANCELED = "57014";

    private final Database database;
    private final String spare;
    private final RowChanges changes;
    private final Ticker ticker;

    OwnRows(Database database, String spare, RowChanges changes, Ticker ticker) {
        this.database = database;
        this.spare = spare;
        this.changes = changes;
        this.ticker = ticker;
    }

    /** What is known of the transaction before it is committed. */
    @FunctionalInterface
    interface Committing {
        void about(long transaction, Set<String> tables);
    }

    /** @param tables that were changed, qualified as SQL names them */
    record Done(Set<String> tables, OwnChanges report) {
        static final Done NONE = new Done(Set.of(), OwnChanges.NONE);

        /** What an earlier attempt committed. */
        static Done of(Set<String> tables) {
            return new Done(tables, OwnChanges.of(names(tables), List.of(), List.of(), 0, List.of()));
        }
    }

    /** Whether this standby has no rules of its own. */
    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** Whether rows of the live database are to be kept, which may have changed since a load ahead. */
    boolean keeps() {
        return !changes.protect().isEmpty();
    }

    /**
     * @param erased rows of the snapshot that were erased since
     * @throws UnderstudyException {@code LOAD_FAILED} with the line of a statement that failed, or the table;
     *     {@code CONFIG_INVALID}; nothing is changed then
     */
    Done run(ErasedKeys erased, Committing committing) {
        if (changes.isEmpty() && erased.isEmpty()) {
            return Done.NONE;
        }
        Optional<SqlScript> script = changes.afterLoad().map(SqlScript::read);
        try (OwnLogin login = OwnLogin.of(database, spare);
                Session session = login.open()) {
            TouchedTables.require(session);
            session.execute("BEGIN; SET LOCAL search_path = public, pg_temp");
            long maintenance = changes.maintenance()
                    .map(statement -> endMaintenance(session, statement))
                    .orElse(0L);
            script.ifPresent(each -> run(each, session));
            session.execute("SET LOCAL search_path = pg_catalog; SET LOCAL statement_timeout = 0");
            List<OwnChanges.Erased> gone = new ErasedInSpare(session, erased).delete();
            List<Kept> kept = new ArrayList<>();
            List<String> unkept = new ArrayList<>();
            for (ProtectedRows rows : changes.protect()) {
                new KeptRows(database, rows).bring(session).ifPresentOrElse(kept::add, () -> unkept.add(rows.name()));
            }
            // Deferred triggers would change rows behind this look.
            session.execute("SET CONSTRAINTS ALL IMMEDIATE");
            Set<String> tables = TouchedTables.of(session);
            committing.about(session.number("SELECT pg_catalog.txid_current()"), tables);
            session.execute("COMMIT");
            ReplicaPoint.OWN_ROWS_COMMITTED.reached();
            return new Done(tables, OwnChanges.of(names(tables), kept, unkept, maintenance, gone));
        }
    }

    /** @return how many rows said that the site was in maintenance mode */
    private static long endMaintenance(Session session, String statement) {
        try {
            return session.update(statement);
        } catch (UnderstudyException e) {
            if (!DatabaseErrors.refuses(e)) {
                throw e;
            }
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot end the maintenance mode (maintenance.query): " + e.getMessage(),
                    "correct the statement; what is live was not touched",
                    e);
        }
    }

    private void run(SqlScript script, Session session) {
        long start = ticker.nanos();
        for (Statement statement : script.statements()) {
            Duration left = changes.limit().minus(ticker.since(start));
            session.execute("SET LOCAL statement_timeout = " + Math.max(1, left.toMillis()));
            try {
                session.execute(statement.sql());
            } catch (UnderstudyException e) {
                throw failed(script, statement, e);
            }
        }
    }

    private UnderstudyException failed(SqlScript script, Statement statement, UnderstudyException e) {
        if (Thread.currentThread().isInterrupted() || DatabaseErrors.state(e).isEmpty()) {
            return e;
        }
        boolean late = DatabaseErrors.state(e).filter(CANCELED::equals).isPresent();
        if (!late && !DatabaseErrors.refuses(e)) {
            return e;
        }
        int line = statement.line()
                + DatabaseErrors.position(e).stream()
                        .map(at -> SqlScript.line(statement.sql(), at - 1))
                        .findFirst()
                        .orElse(1)
                - 1;
        return new UnderstudyException(
                ErrorCode.LOAD_FAILED,
                "cannot run " + script.file() + " (database.after_load), line " + line + ": "
                        + (late ? "it took longer than " + changes.limit().toSeconds() + " s" : e.getMessage()),
                late
                        ? "raise database.after_load_limit, or let the file do less"
                        : "correct the file; what is live was not touched",
                e);
    }

    /** For people. */
    static Set<String> names(Set<String> tables) {
        return tables.stream().map(each -> each.replace("\"", "")).collect(Collectors.toSet());
    }
}

package io.understudy.primary.capture.database;

import io.understudy.config.ClosureRule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import java.io.IOException;
import java.io.OutputStream;

/** Asks which files the rows name, read only and for a limited time. */
public final class ClosureQuery {
    private ClosureQuery() {}

    /**
     * Asks the rows of now. A query that fails costs its answer.
     *
     * @throws UnderstudyException {@code DATABASE_*} where there is no session; {@code CANCELLED}
     */
    public static void ask(Database database, NamedFiles files) {
        try (ClosureLogin login = ClosureLogin.of(database, "a command")) {
            for (ClosureRule rule : files.rules()) {
                ask(login, rule, files);
            }
        }
    }

    private static void ask(ClosureLogin login, ClosureRule rule, NamedFiles files) {
        try (Session session = login.open()) {
            session.execute(ExportedSnapshot.BEGIN);
            copy(session, rule, files);
        } catch (IOException e) {
            files.failed(rule, e.getMessage());
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED || e.code() == ErrorCode.DATABASE_UNREACHABLE) {
                throw e;
            }
            files.failed(rule, e.getMessage());
        }
    }

    /** @param session in a transaction that reads only; it is over afterwards, unless the query failed */
    static void copy(Session session, ClosureRule rule, NamedFiles files) throws IOException {
        session.execute("SET LOCAL lock_timeout = '300ms'; SET LOCAL search_path = public, pg_temp;"
                + " SET LOCAL statement_timeout = " + rule.limit().toMillis());
        try (OutputStream out = files.open(rule)) {
            session.copyOut(
                    // A query of its own line: a comment at its end takes nothing along.
                    "COPY (SELECT named::text FROM (\n" + rule.query()
                            + "\n) AS asked(named)) TO STDOUT (ENCODING 'UTF8')",
                    out);
        }
        session.execute("ROLLBACK");
    }
}

package io.understudy.replica.load;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks a database that was loaded whether it may become live, by statements of the operator. They may run functions of
 * the site, so they have the rights of {@link OwnLogin}, and read only.
 */
final class SpareQueries {
    private static final String CANCELED = "57014";
    private static final int LONGEST = 200;

    private final Database database;
    private final String spare;

    SpareQueries(Database database, String spare) {
        this.database = database;
        this.spare = spare;
    }

    /** As {@link SpareLoader#failing}. */
    List<String> failing(List<String> queries, Duration limit) {
        List<String> failing = new ArrayList<>();
        try (OwnLogin login = OwnLogin.of(database, spare);
                Session session = login.open()) {
            for (String query : queries) {
                why(session, query, limit).ifPresent(why -> failing.add("query \"" + cut(query) + "\" " + why));
            }
        }
        return failing;
    }

    /** Each in a transaction of its own: one that fails says nothing about the others. */
    private static Optional<String> why(Session session, String query, Duration limit) {
        session.execute("BEGIN READ ONLY; SET LOCAL search_path = public, pg_temp; SET LOCAL statement_timeout = "
                + limit.toMillis());
        try {
            List<String> rows = session.query(
                    // A query of its own line: a comment at its end takes nothing along.
                    "SELECT CASE WHEN answer THEN 'true' ELSE coalesce(answer::text, 'NULL') END AS said FROM (\n"
                            + query + "\n) AS asked(answer) LIMIT 2",
                    row -> row.text("said"));
            if (rows.size() != 1) {
                return Optional.of(rows.isEmpty() ? "gives no row" : "gives more than one row");
            }
            return rows.get(0).equals("true") ? Optional.empty() : Optional.of("gives " + rows.get(0) + ", not true");
        } catch (UnderstudyException e) {
            if (Thread.currentThread().isInterrupted()
                    || DatabaseErrors.state(e).isEmpty()) {
                throw e;
            }
            boolean late = DatabaseErrors.state(e).filter(CANCELED::equals).isPresent();
            if (!late && !DatabaseErrors.refuses(e)) {
                throw e;
            }
            return Optional.of(late ? "takes longer than " + limit.toSeconds() + " s" : "fails: " + e.getMessage());
        } finally {
            session.execute("ROLLBACK");
        }
    }

    private static String cut(String query) {
        return query.length() <= LONGEST ? query : query.substring(0, LONGEST) + "…";
    }
}

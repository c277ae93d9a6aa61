package io.understudy.primary.capture.database;

import io.understudy.config.ClosureRule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.tasks.TaskScope;
import java.io.IOException;

/**
 * Asks, in the moment of a snapshot, which files the rows name. A query that fails, takes too long or stands in the
 * site's way costs its answer, and nothing else: the snapshot goes on.
 */
final class ClosureReader {
    private final Database database;
    private final ExportedSnapshot moment;
    private final LockWatch watch;
    private final NamedFiles files;

    ClosureReader(Database database, ExportedSnapshot moment, LockWatch watch, NamedFiles files) {
        this.database = database;
        this.moment = moment;
        this.watch = watch;
        this.files = files;
    }

    /** @throws UnderstudyException {@code CANCELLED} */
    void read(TaskScope scope) {
        try (ClosureLogin login = ClosureLogin.of(database, "a snapshot")) {
            files.rules().forEach(rule -> read(login, scope, rule));
        } catch (UnderstudyException e) {
            requireGoingOn(e);
            files.rules().forEach(rule -> files.failed(rule, e.getMessage()));
        }
    }

    private void read(ClosureLogin login, TaskScope scope, ClosureRule rule) {
        Session session = null;
        try {
            session = watch.guardWorker(scope.open(login::open));
            ExportedSnapshot.begin(session, moment.id());
            ClosureQuery.copy(session, rule, files);
        } catch (UnderstudyException | IOException e) {
            requireGoingOn(e);
            files.failed(rule, why(session, e));
        } finally {
            if (session != null) {
                // It may be in a transaction that failed, which would keep the moment; and no other work gets it.
                session.close();
            }
        }
    }

    private static void requireGoingOn(Exception failure) {
        boolean cancelled = failure instanceof UnderstudyException known && known.code() == ErrorCode.CANCELLED;
        if (cancelled || Thread.currentThread().isInterrupted()) {
            throw failure instanceof UnderstudyException known
                    ? known
                    : new UnderstudyException(
                            ErrorCode.CANCELLED, "the snapshot was given up", "take it again", failure);
        }
    }

    private String why(Session session, Exception failure) {
        return session == null
                ? failure.getMessage()
                : watch.ended(session)
                        .map(why -> "it was in the way of the site: " + why)
                        .orElse(failure.getMessage());
    }
}

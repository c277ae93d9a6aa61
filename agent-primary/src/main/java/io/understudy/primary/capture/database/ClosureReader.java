package io.understudy.primary.capture.database;

import io.understudy.config.ClosureRule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.KeptSessions;
import io.understudy.postgres.Session;
import io.understudy.tasks.TaskScope;
import java.io.IOException;

/**
 * Asks, in the moment of a snapshot, which files the rows name. A query that fails, takes too long or stands in the
 * site's way costs its answer, and nothing else: the snapshot goes on.
 */
final class ClosureReader {
    private final KeptSessions sessions;
    private final ExportedSnapshot moment;
    private final LockWatch watch;
    private final NamedFiles files;

    ClosureReader(KeptSessions sessions, ExportedSnapshot moment, LockWatch watch, NamedFiles files) {
        this.sessions = sessions;
        this.moment = moment;
        this.watch = watch;
        this.files = files;
    }

    /** @throws UnderstudyException {@code CANCELLED} */
    void read(TaskScope scope) {
        for (ClosureRule rule : files.rules()) {
            Session session = null;
            try {
                session = watch.guardWorker(scope.open(sessions::open));
                read(session, rule);
            } catch (UnderstudyException | IOException e) {
                if (Thread.currentThread().isInterrupted()
                        || e instanceof UnderstudyException failure && failure.code() == ErrorCode.CANCELLED) {
                    throw UnderstudyException.class.isInstance(e)
                            ? (UnderstudyException) e
                            : new UnderstudyException(
                                    ErrorCode.CANCELLED, "the snapshot was given up", "take it again", e);
                }
                files.failed(rule, why(session, e));
                if (session != null) {
                    // It may be in a transaction that failed, which would keep the moment.
                    session.close();
                }
            }
        }
    }

    private String why(Session session, Exception failure) {
        return session == null
                ? failure.getMessage()
                : watch.ended(session)
                        .map(why -> "it was in the way of the site: " + why)
                        .orElse(failure.getMessage());
    }

    private void read(Session session, ClosureRule rule) throws IOException {
        ExportedSnapshot.begin(session, moment.id());
        ClosureQuery.copy(session, rule, files);
    }
}

package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.tasks.TaskScope;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies rows into the spare database by parallel sessions. */
final class RowLoader {
    private static final Logger LOG = LoggerFactory.getLogger(RowLoader.class);

    private final Database database;
    private final String spare;
    private final TableCopy copy;

    RowLoader(Database database, String spare, TableCopy copy) {
        this.database = database;
        this.spare = spare;
        this.copy = copy;
    }

    /**
     * @return the tasks whose rows the server refused: they may need rows of others, and none of theirs is stored
     * @throws UnderstudyException {@code CANCELLED}, and those of blobs and sessions
     */
    List<CopyTask> load(List<CopyTask> tasks) {
        Queue<CopyTask> open = new ConcurrentLinkedQueue<>(tasks);
        Queue<CopyTask> refused = new ConcurrentLinkedQueue<>();
        try (TaskScope scope = new TaskScope("load the rows of the database")) {
            for (int i = 0; i < Math.min(database.settings().connections(), tasks.size()); i++) {
                scope.start(() -> work(scope, open, refused));
            }
            scope.await();
        }
        return List.copyOf(refused);
    }

    private void work(TaskScope scope, Queue<CopyTask> open, Queue<CopyTask> refused) {
        Session session = session(scope);
        for (CopyTask task = open.poll(); task != null; task = open.poll()) {
            try {
                copy.run(session, task);
                ReplicaPoint.ROWS_COPIED.reached();
            } catch (UnderstudyException e) {
                if (e.code() != ErrorCode.LOAD_FAILED) {
                    throw e;
                }
                LOG.info("{}; it is tried again when the other tables are loaded", e.getMessage());
                refused.add(task);
                session = session(scope);
            }
        }
    }

    private Session session(TaskScope scope) {
        Session session = scope.open(() -> database.open(spare));
        session.execute("SET synchronous_commit = off");
        return session;
    }
}

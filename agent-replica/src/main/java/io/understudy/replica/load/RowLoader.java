package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.tasks.TaskScope;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies rows into the spare database by parallel sessions. */
final class RowLoader {
    private static final Logger LOG = LoggerFactory.getLogger(RowLoader.class);

    private final LoadRights rights;
    private final int workers;
    private final TableCopy copy;

    RowLoader(LoadRights rights, int workers, TableCopy copy) {
        this.rights = rights;
        this.workers = workers;
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
            for (int i = 0; i < Math.min(workers, tasks.size()); i++) {
                scope.start(() -> work(scope, open, refused));
            }
            scope.await();
        }
        return List.copyOf(refused);
    }

    private void work(TaskScope scope, Queue<CopyTask> tasks, Queue<CopyTask> refused) {
        Optional<String> last = Optional.empty();
        Optional<Session> open = Optional.empty();
        for (CopyTask task = tasks.poll(); task != null; task = tasks.poll()) {
            String target = copy.target(task.table());
            if (open.isEmpty() || !rights.same(last.orElseThrow(), target)) {
                open.ifPresent(Session::close);
                open = Optional.of(session(scope, target));
                last = Optional.of(target);
            }
            try {
                copy.run(open.get(), task);
                ReplicaPoint.ROWS_COPIED.reached();
            } catch (UnderstudyException e) {
                if (e.code() != ErrorCode.LOAD_FAILED) {
                    throw e;
                }
                LOG.info("{}; it is tried again when the other tables are loaded", e.getMessage());
                refused.add(task);
                open = Optional.empty();
            }
        }
    }

    private Session session(TaskScope scope, String target) {
        Session session = scope.open(() -> rights.open(target));
        session.execute("SET synchronous_commit = off");
        return session;
    }
}

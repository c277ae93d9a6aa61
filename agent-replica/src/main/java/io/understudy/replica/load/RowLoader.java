package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Crew;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.replica.events.ReplicaPoint;
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
        try (Crew crew = new Crew("load the rows of the database")) {
            for (int i = 0; i < Math.min(database.settings().connections(), tasks.size()); i++) {
                crew.start(() -> work(crew, open, refused));
            }
            crew.await();
        }
        return List.copyOf(refused);
    }

    private void work(Crew crew, Queue<CopyTask> open, Queue<CopyTask> refused) {
        Session session = session(crew);
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
                session = session(crew);
            }
        }
    }

    private Session session(Crew crew) {
        Session session = crew.session(() -> database.open(spare));
        session.execute("SET synchronous_commit = off");
        return session;
    }
}

package io.understudy.postgres;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.failure.UnderstudyException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Sessions of the site's database that one piece of work leaves to the next, while work follows closely: to connect and
 * to prepare a session takes longer than most of its queries. None is left within a transaction. Thread-safe.
 */
public final class KeptSessions {
    private static final int MOST = 4;

    private final Database database;
    private final Deque<Session> idle = new ArrayDeque<>();
    private boolean keeping;
    private int holds;

    public KeptSessions(Database database) {
        this.database = Objects.requireNonNull(database);
    }

    public DatabaseSettings settings() {
        return database.settings();
    }

    /** For sessions that are not left to other work. */
    public Database database() {
        return database;
    }

    /** From now on sessions that are given back are kept, up to four, until {@link #rest}. */
    public synchronized void keep() {
        keeping = true;
    }

    /** Closes what is kept, and keeps none from now on but within {@link #holding}. */
    public void rest() {
        synchronized (this) {
            keeping = false;
        }
        closeUnwanted();
    }

    /** Does work of several steps, during which sessions are kept as after {@link #keep}. */
    public <T> T holding(Supplier<T> work) {
        held(1);
        try {
            return work.get();
        } finally {
            held(-1);
            closeUnwanted();
        }
    }

    private synchronized void held(int more) {
        holds += more;
    }

    private void closeUnwanted() {
        for (Session session = unwanted(); session != null; session = unwanted()) {
            session.close();
        }
    }

    private synchronized Session unwanted() {
        return keeping || holds > 0 ? null : idle.poll();
    }

    /** One that was kept, as long as it works, or a new one. @throws UnderstudyException as {@link Database#open()} */
    public Session open() {
        for (Session session = poll(); session != null; session = poll()) {
            if (session.works()) {
                return session;
            }
            session.close();
        }
        return database.open();
    }

    /** Of its last user, who leaves no setting of his in it. Keeps or closes it. Never throws. */
    public void giveBack(Session session) {
        if (!isWanted() || !ended(session) || !add(session)) {
            session.close();
        }
    }

    /** Does something with a session. */
    public <T> T with(Function<Session, T> work) {
        Session session = open();
        try {
            return work.apply(session);
        } finally {
            giveBack(session);
        }
    }

    private static boolean ended(Session session) {
        try {
            session.execute("ROLLBACK");
            return true;
        } catch (UnderstudyException e) {
            return false;
        }
    }

    private synchronized boolean isWanted() {
        return (keeping || holds > 0) && idle.size() < MOST;
    }

    private synchronized boolean add(Session session) {
        if (!isWanted()) {
            return false;
        }
        idle.push(session);
        return true;
    }

    private synchronized Session poll() {
        return idle.poll();
    }
}

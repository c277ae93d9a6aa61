package io.understudy.postgres;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Sessions that one question of a piece of work leaves to the next: to connect and to prepare a session takes the
 * processors a hundred times as long as most questions. Holds none outside of such work. Thread-safe.
 */
final class SessionShelf {
    /** All kinds together: a server, a role or a database may let in few. The one that waits longest goes first. */
    private static final int MOST = 4;

    /** What makes sessions alike. @param role value of {@code session_replication_role} */
    record Kind(String role, String database) {}

    private record Kept(Kind kind, Session session) {}

    /** The last one first. */
    private final Deque<Kept> idle = new ArrayDeque<>();

    private final Optional<SessionShelf> other;
    private int works;

    SessionShelf() {
        other = Optional.empty();
    }

    /** @param other of another role, whose idle sessions are in the way of this one's too */
    SessionShelf(SessionShelf other) {
        this.other = Optional.of(other);
    }

    /** From now on, until {@link #end}, sessions are kept. May be nested. */
    synchronized void begin() {
        works++;
    }

    /** Closes all when no other work goes on. */
    void end() {
        boolean last;
        synchronized (this) {
            last = --works == 0;
        }
        if (last) {
            clear(kind -> true);
        }
    }

    synchronized boolean isKeeping() {
        return works > 0;
    }

    /** Closes what is idle of some kinds. @return whether there was some */
    boolean clear(Predicate<Kind> kinds) {
        List<Session> ended = new ArrayList<>();
        synchronized (this) {
            idle.removeIf(kept -> kinds.test(kept.kind()) && ended.add(kept.session()));
        }
        ended.forEach(Session::end);
        boolean others = other.map(shelf -> shelf.clear(kinds)).orElse(false);
        return others || !ended.isEmpty();
    }

    /** One that still works. */
    Optional<Session> take(Kind kind) {
        for (Optional<Session> kept = poll(kind); kept.isPresent(); kept = poll(kind)) {
            if (kept.get().works()) {
                return kept;
            }
            kept.get().end();
        }
        return Optional.empty();
    }

    private synchronized Optional<Session> poll(Kind kind) {
        for (Iterator<Kept> all = idle.iterator(); all.hasNext(); ) {
            Kept kept = all.next();
            if (kept.kind().equals(kind)) {
                all.remove();
                return Optional.of(kept.session());
            }
        }
        return Optional.empty();
    }

    /** @return false when it is not kept: then its user closes it */
    boolean give(Kind kind, Session session) {
        Optional<Kept> surplus;
        synchronized (this) {
            if (works == 0) {
                return false;
            }
            idle.push(new Kept(kind, session));
            surplus = idle.size() > MOST ? Optional.of(idle.removeLast()) : Optional.empty();
        }
        surplus.ifPresent(kept -> kept.session().end());
        return true;
    }
}

package io.understudy.postgres;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Sessions that one question of a piece of work leaves to the next: to connect and to prepare a session takes the
 * processors a hundred times as long as most questions. Holds none outside of such work. Thread-safe.
 */
final class SessionShelf {
    /** Of each kind: as many as the shipped settings let work at a time. */
    private static final int MOST = 4;

    private final Map<String, Deque<Session>> idle = new HashMap<>();
    private int works;

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

    /** Closes what is idle of some kinds. */
    void clear(Predicate<String> kinds) {
        List<Session> ended = new ArrayList<>();
        synchronized (this) {
            idle.forEach((kind, sessions) -> {
                if (kinds.test(kind)) {
                    ended.addAll(sessions);
                    sessions.clear();
                }
            });
        }
        ended.forEach(Session::end);
    }

    /** One that still works. @param kind what makes sessions alike */
    Optional<Session> take(String kind) {
        for (Session session = poll(kind); session != null; session = poll(kind)) {
            if (session.works()) {
                return Optional.of(session);
            }
            session.end();
        }
        return Optional.empty();
    }

    private synchronized Session poll(String kind) {
        Deque<Session> kept = idle.get(kind);
        return kept == null ? null : kept.poll();
    }

    /** @return false when it is not kept: then its user closes it */
    synchronized boolean give(String kind, Session session) {
        Deque<Session> kept = idle.computeIfAbsent(kind, none -> new ArrayDeque<>());
        if (works == 0 || kept.size() >= MOST) {
            return false;
        }
        kept.push(session);
        return true;
    }
}

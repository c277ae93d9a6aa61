package io.understudy.primary.announce;

import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Who follows, and what they report. An announcement reaches each replica that is connected, and each that connects
 * later; only the newest counts. Thread-safe; no thread waits for a slow follower.
 */
public final class Followers {
    /** More names than this are an attack or a mistake, not replicas. */
    private static final int MOST = 1000;

    /** States in which a server is no replica, though its agent still receives announcements. */
    private static final Set<String> NO_REPLICA = Set.of("promoting", "promoted", "no_standby");

    private final Clock clock;
    private final Map<Object, Connection> connections = new HashMap<>();
    private final TreeMap<String, Follower> followers = new TreeMap<>();
    private Optional<Announcement> newest = Optional.empty();

    public Followers(Clock clock) {
        this.clock = clock;
    }

    private static final class Connection {
        private final Consumer<Announcement> receiver;
        private String name = "";

        private Connection(Consumer<Announcement> receiver) {
            this.receiver = receiver;
        }
    }

    /** Makes this the newest announcement. Receivers are called before it returns; they must not wait. */
    public void announce(Announcement announcement) {
        List<Connection> all;
        synchronized (this) {
            newest = Optional.of(announcement);
            all = List.copyOf(connections.values());
        }
        all.forEach(connection -> connection.receiver.accept(announcement));
    }

    /** What was announced last. */
    public synchronized Optional<Announcement> newest() {
        return newest;
    }

    /** All replicas that reported since the start, by name. */
    public synchronized List<Follower> all() {
        return List.copyOf(followers.values());
    }

    /**
     * A replica connected; it receives the newest announcement at once, if there is one.
     *
     * @param key of the connection
     */
    void connect(Object key, Consumer<Announcement> receiver) {
        Optional<Announcement> now;
        synchronized (this) {
            connections.put(key, new Connection(receiver));
            now = newest;
        }
        now.ifPresent(receiver);
    }

    /** @return whether the replica is new here since its last connection */
    synchronized boolean report(Object key, ReplicaReport report) {
        Connection connection = connections.get(key);
        if (connection == null || followers.size() >= MOST && !followers.containsKey(report.getName())) {
            return false;
        }
        connection.name = report.getName();
        if (NO_REPLICA.contains(report.getState())) {
            followers.remove(report.getName());
            return false;
        }
        Follower before = followers.put(report.getName(), new Follower(report, true, clock.instant()));
        return before == null || !before.connected();
    }

    /** The connection ended; what its replica reported stays, unless it is connected by another one already. */
    synchronized void disconnect(Object key) {
        Connection connection = connections.remove(key);
        if (connection == null) {
            return;
        }
        boolean again = connections.values().stream().anyMatch(other -> other.name.equals(connection.name));
        if (!again) {
            followers.computeIfPresent(connection.name, (name, follower) -> follower.disconnected());
        }
    }
}

package io.understudy.primary.announce;

import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Who follows, and what they report. A peer reports only of itself: what another one said under the same name stays. An
 * announcement reaches each replica that is connected, and each that connects
 * later; only the newest counts. Thread-safe; no thread waits for a slow follower.
 */
public final class Followers {
    /** More names of one peer than this are a mistake, or names that it had before: the oldest goes. */
    private static final int MOST_OF_ONE_PEER = 4;

    private static final String PROMOTED = "promoted";

    /** States in which a server is no replica, though its agent still receives announcements. */
    private static final Set<String> NO_REPLICA = Set.of("promoting", PROMOTED, "no_standby");

    private final Clock clock;
    private final Map<Object, Connection> connections = new HashMap<>();
    private final TreeMap<Key, Follower> followers = new TreeMap<>();
    private Optional<Announcement> newest = Optional.empty();

    public Followers(Clock clock) {
        this.clock = clock;
    }

    private record Key(String name, String peer) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::name).thenComparing(Key::peer);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    private static final class Connection {
        private final Consumer<Announcement> receiver;
        private Optional<Key> key = Optional.empty();
        private Optional<ReplicaReport> report = Optional.empty();

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
    synchronized boolean report(Object key, String peer, ReplicaReport report) {
        Connection connection = connections.get(key);
        if (connection == null) {
            return false;
        }
        Key replica = new Key(report.getName(), peer);
        connection.key = Optional.of(replica);
        connection.report = Optional.of(report);
        if (NO_REPLICA.contains(report.getState())) {
            followers.remove(replica);
            return false;
        }
        Follower before = followers.put(replica, new Follower(peer, report, true, clock.instant()));
        dropOldest(peer);
        return before == null || !before.connected();
    }

    /**
     * The servers that are connected and may be in production, by what they report themselves.
     *
     * @param claim the nonce of this server's own claim: its other agent may be connected too
     */
    public synchronized List<ReplicaReport> producing(String claim) {
        return connections.values().stream()
                .flatMap(each -> each.report.stream())
                .filter(each -> each.getProduction()
                        && (claim.isEmpty() || !each.getClaim().equals(claim)))
                .toList();
    }

    /** Whether a replica of this name is connected and says that it was promoted: its site serves, or was restarted. */
    public synchronized boolean isPromoted(String name) {
        return connections.values().stream()
                .flatMap(each -> each.report.stream())
                .anyMatch(each -> each.getName().equals(name) && each.getState().equals(PROMOTED));
    }

    private void dropOldest(String peer) {
        List<Map.Entry<Key, Follower>> all = followers.entrySet().stream()
                .filter(each -> each.getKey().peer().equals(peer))
                .sorted(Comparator.comparing(each -> each.getValue().lastSeen()))
                .toList();
        all.stream().limit(Math.max(0, all.size() - MOST_OF_ONE_PEER)).forEach(each -> followers.remove(each.getKey()));
    }

    /** The connection ended; what its replica reported stays, unless it is connected by another one already. */
    synchronized void disconnect(Object key) {
        Connection connection = connections.remove(key);
        if (connection == null || connection.key.isEmpty()) {
            return;
        }
        boolean again = connections.values().stream().anyMatch(other -> other.key.equals(connection.key));
        if (!again) {
            followers.computeIfPresent(connection.key.get(), (name, follower) -> follower.disconnected());
        }
    }
}

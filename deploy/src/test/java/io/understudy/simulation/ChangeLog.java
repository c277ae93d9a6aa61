package io.understudy.simulation;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.repository.SnapshotId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The log of a database server as change tracking knows it: which keys of which tables changed, marks, one replication
 * slot, and what the primary's agent noted of its snapshots. It outlives the agents. What the slot does not hold is
 * gone.
 */
final class ChangeLog {
    private static final int NOTES = 2;
    private static final long FIRST = 3;

    /** @param what a table and a key, or a mark alone */
    private record Entry(DatabaseIdentity database, String what, String key) {}

    /**
     * Up to where a snapshot knows the log.
     *
     * @param end what comes behind it may be new
     * @param at where the mark is, behind it
     */
    record Point(DatabaseIdentity database, long end, long at, String mark) {}

    private TreeMap<Long, Entry> entries = new TreeMap<>();
    private final Map<SnapshotId, Point> notes = new LinkedHashMap<>();
    private Optional<Long> slot = Optional.empty();
    private long end;
    private long transactions = FIRST;
    private final TreeSet<Long> running = new TreeSet<>();
    private int starts;

    /** A table's row with this key was inserted, changed or deleted, in one moment with that. */
    void changed(DatabaseIdentity database, String table, String key) {
        append(new Entry(database, table, key));
        transactions++;
    }

    /** A transaction begins that stays open: until it ends no moment sees what it changed. */
    long begin() {
        running.add(transactions);
        return transactions++;
    }

    /** The log gives what a transaction changed where that was committed, whenever it was written. */
    void commit(long transaction, DatabaseIdentity database, String table) {
        append(new Entry(database, table, ""));
        running.remove(transaction);
    }

    void rollBack(long transaction) {
        running.remove(transaction);
    }

    /** Which transactions of this database have ended by now. A mark of the agent's own is none. */
    MomentSeen seen(DatabaseIdentity database) {
        String open = running.stream().map(String::valueOf).collect(Collectors.joining(","));
        long oldest = running.isEmpty() ? transactions : running.first();
        return MomentSeen.of(database + " " + starts, oldest + ":" + transactions + ":" + open);
    }

    long end() {
        return end;
    }

    /** @param frozen the log's end when the moment was frozen */
    Point mark(DatabaseIdentity database, long frozen, String mark) {
        append(new Entry(database, mark, ""));
        return new Point(database, frozen, end, mark);
    }

    private void append(Entry entry) {
        end++;
        if (slot.isPresent()) {
            entries.put(end, entry);
        }
    }

    void ensureSlot() {
        if (slot.isEmpty()) {
            slot = Optional.of(end);
        }
    }

    /** Its owner drops it, a person does, or the server has lost it. */
    void dropSlot() {
        slot = Optional.empty();
        entries.clear();
    }

    /** Before the commit: it may be of a snapshot that never is. */
    void note(SnapshotId snapshot, Optional<SnapshotId> before, Point point) {
        notes.keySet().removeIf(each -> before.filter(each::equals).isEmpty());
        notes.put(snapshot, point);
        if (notes.size() > NOTES) {
            throw new IllegalStateException("more notes than needed: " + notes.keySet());
        }
    }

    void advance(Point point) {
        slot = slot.map(at -> Math.max(at, point.end()));
        entries.headMap(point.end(), true).clear();
    }

    /** The keys that changed since this snapshot, by table; empty where that is not known. */
    Optional<Map<String, Set<String>>> since(SnapshotId snapshot, DatabaseIdentity live) {
        Point point = notes.get(snapshot);
        boolean known = point != null
                && point.database().equals(live)
                && slot.filter(at -> at <= point.end()).isPresent()
                && Optional.ofNullable(entries.get(point.at()))
                        .filter(entry -> entry.what().equals(point.mark()))
                        .isPresent();
        if (!known) {
            return Optional.empty();
        }
        Map<String, Set<String>> changed = new HashMap<>();
        entries.tailMap(point.end(), false).values().stream()
                .filter(entry -> entry.database().equals(live))
                .forEach(entry -> changed.computeIfAbsent(entry.what(), table -> new TreeSet<>())
                        .add(entry.key()));
        return Optional.of(changed);
    }

    /** As a copy of the server's disk has it, without what the agent noted on its own. */
    ChangeLog copy() {
        ChangeLog copy = new ChangeLog();
        copy.entries = new TreeMap<>(entries);
        copy.slot = slot;
        copy.end = end;
        copy.transactions = transactions;
        return copy;
    }

    /** The server's disk is put back to a copy; the agent's notes stay. */
    void restore(ChangeLog copy) {
        entries = new TreeMap<>(copy.entries);
        slot = copy.slot;
        end = copy.end;
        transactions = copy.transactions;
        running.clear();
        starts++;
    }
}

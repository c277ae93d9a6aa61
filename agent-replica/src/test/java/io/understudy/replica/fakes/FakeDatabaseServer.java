package io.understudy.replica.fakes;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.SnapshotId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/**
 * A database server in memory: names, identities, which snapshot a database holds, and its rows. It outlives the agent:
 * give the same one to the fakes of an agent that "starts again". May be looked at from other threads.
 */
public final class FakeDatabaseServer {
    private volatile long cluster;
    private final Map<Long, String> names = new ConcurrentSkipListMap<>();
    private final Map<Long, SnapshotId> contents = new ConcurrentSkipListMap<>();
    private final Map<Long, Map<String, String>> tables = new ConcurrentSkipListMap<>();
    /** As the load left them. */
    private final Map<Long, Map<String, String>> loaded = new ConcurrentSkipListMap<>();

    private final Set<Long> own = ConcurrentHashMap.newKeySet();
    private long lastOid = 16384;

    public FakeDatabaseServer(long cluster) {
        this.cluster = cluster;
    }

    /** @param content empty: something that Understudy did not load */
    public DatabaseIdentity create(String name, Optional<SnapshotId> content) {
        if (names.containsValue(name)) {
            throw new IllegalStateException("database " + name + " exists");
        }
        names.put(++lastOid, name);
        content.ifPresent(snapshot -> contents.put(lastOid, snapshot));
        content.ifPresent(snapshot -> own.add(lastOid));
        return new DatabaseIdentity(cluster, lastOid);
    }

    /** Another cluster stands here now, with databases of the same names and OIDs. */
    public void reinitialise(long other) {
        cluster = other;
    }

    /** An empty database that Understudy created. */
    DatabaseIdentity createOwn(String name) {
        DatabaseIdentity created = create(name, Optional.empty());
        own.add(created.oid());
        return created;
    }

    void fill(DatabaseIdentity database, SnapshotId content, Map<String, String> rows) {
        contents.put(database.oid(), content);
        tables.put(database.oid(), rows);
        loaded.put(database.oid(), Map.copyOf(rows));
    }

    /** The tables that something has written into since the load. */
    Set<String> drifted(DatabaseIdentity database) {
        Map<String, String> then = loaded.getOrDefault(database.oid(), Map.of());
        return tables(database).entrySet().stream()
                .filter(table -> !table.getValue().equals(then.get(table.getKey())))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** Holds this snapshot as a whole again: nothing of a change of it was committed. */
    void restore(DatabaseIdentity database, SnapshotId content, Map<String, String> rows) {
        contents.put(database.oid(), content);
        tables.put(database.oid(), rows);
    }

    /** What it holds is nothing whole any more. */
    public void empty(DatabaseIdentity database) {
        contents.remove(database.oid());
        tables.remove(database.oid());
    }

    /** Replaces the rows of all tables, as the site does in one transaction. */
    public void write(DatabaseIdentity database, Map<String, String> rows) {
        tables.put(database.oid(), Map.copyOf(rows));
    }

    /** The rows of each table, as COPY's text. */
    public Map<String, String> tables(DatabaseIdentity database) {
        return tables.getOrDefault(database.oid(), Map.of());
    }

    /** Whether Understudy created it. */
    public boolean own(DatabaseIdentity database) {
        return own.contains(database.oid());
    }

    public Optional<DatabaseIdentity> named(String name) {
        return names.entrySet().stream()
                .filter(database -> database.getValue().equals(name))
                .map(database -> new DatabaseIdentity(cluster, database.getKey()))
                .findFirst();
    }

    public Optional<String> name(DatabaseIdentity database) {
        return database.cluster() == cluster ? Optional.ofNullable(names.get(database.oid())) : Optional.empty();
    }

    /** The snapshot that the database holds; empty when it is none of Understudy's. */
    public Optional<SnapshotId> content(DatabaseIdentity database) {
        return name(database).map(name -> contents.get(database.oid()));
    }

    Set<DatabaseIdentity> all() {
        return names.keySet().stream()
                .map(oid -> new DatabaseIdentity(cluster, oid))
                .collect(Collectors.toUnmodifiableSet());
    }

    Set<String> names() {
        return Set.copyOf(names.values());
    }

    public void rename(DatabaseIdentity database, String name) {
        names.put(database.oid(), name);
    }

    public void drop(DatabaseIdentity database) {
        names.remove(database.oid());
        contents.remove(database.oid());
        tables.remove(database.oid());
    }
}

package io.understudy.repository;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The rows that were erased, by the hashes of their keys alone: whose they were cannot be read from it. A row is erased
 * in snapshots of a moment before its deletion; one that got its key later is another row. Immutable, thread-safe.
 */
public final class ErasedKeys {
    /** The moment of the first snapshot without the row, by hash of the table and hash of the row. */
    private final Map<String, Map<String, Instant>> tables;

    private final ErasureHash hash;
    /** What was found of a table by its name: rows are many. */
    private final Map<List<String>, List<Map<String, Instant>>> byName = new ConcurrentHashMap<>();

    private ErasedKeys(Map<String, Map<String, Instant>> tables, ErasureHash hash) {
        this.tables = tables;
        this.hash = hash;
    }

    /** None. @param hash by which keys are hashed */
    public static ErasedKeys none(ErasureHash hash) {
        return new ErasedKeys(Map.of(), hash);
    }

    /** What is known of no repository: nothing was erased. */
    public static ErasedKeys none() {
        return none(null);
    }

    public boolean isEmpty() {
        return tables.isEmpty();
    }

    /** How many rows. */
    public long count() {
        return tables.values().stream().mapToLong(Map::size).sum();
    }

    /**
     * With one more.
     *
     * @param deleted moment of the first snapshot without it; of two the later one counts
     */
    static void put(Map<String, Map<String, Instant>> tables, String table, String row, Instant deleted) {
        tables.computeIfAbsent(table, none -> new HashMap<>()).merge(row, deleted, (a, b) -> a.isAfter(b) ? a : b);
    }

    /** Collects rows. Not thread-safe. */
    public static final class Collected {
        private final Map<String, Map<String, Instant>> tables = new HashMap<>();

        /** @param table,row by {@link ErasureHash} */
        public void add(String table, String row, Instant deleted) {
            put(tables, table, row, deleted);
        }

        public ErasedKeys by(ErasureHash hash) {
            return new ErasedKeys(tables, hash);
        }
    }

    /** All of both. */
    public ErasedKeys and(ErasedKeys other) {
        if (other.isEmpty()) {
            return this;
        }
        Map<String, Map<String, Instant>> all = new HashMap<>();
        for (ErasedKeys each : List.of(this, other)) {
            each.tables.forEach((table, rows) -> rows.forEach((row, deleted) -> put(all, table, row, deleted)));
        }
        return new ErasedKeys(all, hash == null ? other.hash : hash);
    }

    /** Those that a snapshot of this moment may have. */
    public ErasedKeys at(Instant moment) {
        Map<String, Map<String, Instant>> found = new HashMap<>();
        tables.forEach((table, rows) -> rows.forEach((row, deleted) -> {
            if (moment.isBefore(deleted)) {
                put(found, table, row, deleted);
            }
        }));
        return new ErasedKeys(found, hash);
    }

    /** Whether rows of this table were erased. */
    public boolean has(String schema, String name) {
        return !of(schema, name).isEmpty();
    }

    private List<Map<String, Instant>> of(String schema, String name) {
        return isEmpty()
                ? List.of()
                : byName.computeIfAbsent(
                        List.of(schema, name),
                        none -> hash.tables(schema, name).stream()
                                .map(tables::get)
                                .filter(Objects::nonNull)
                                .toList());
    }

    /**
     * Whether a row of a snapshot was erased since.
     *
     * @param fields of its key in COPY's text format
     * @param moment of the snapshot
     */
    public boolean has(String schema, String name, List<String> fields, Instant moment) {
        List<Map<String, Instant>> found = of(schema, name);
        if (fields.isEmpty() || found.isEmpty()) {
            return false;
        }
        List<String> hashes = hash.rows(schema, name, fields);
        return found.stream()
                .anyMatch(rows -> hashes.stream()
                        .map(rows::get)
                        .anyMatch(deleted -> deleted != null && moment.isBefore(deleted)));
    }

    /** Its form in a filestore: equal ones have equal forms. */
    record Form(List<Table> tables) {
        /** @param deletions by moment */
        record Table(String table, List<Deletion> deletions) {}

        record Deletion(Instant deleted, List<String> rows) {}

        Form {
            tables = List.copyOf(tables);
        }

        void into(Collected all) {
            tables.forEach(table -> table.deletions()
                    .forEach(each -> each.rows().forEach(row -> all.add(table.table(), row, each.deleted()))));
        }
    }

    Form form() {
        return new Form(new TreeMap<>(tables)
                .entrySet().stream()
                        .map(table -> {
                            Map<Instant, TreeSet<String>> rows = new TreeMap<>();
                            table.getValue()
                                    .forEach((row, deleted) -> rows.computeIfAbsent(deleted, none -> new TreeSet<>())
                                            .add(row));
                            return new Form.Table(
                                    table.getKey(),
                                    rows.entrySet().stream()
                                            .map(each -> new Form.Deletion(each.getKey(), List.copyOf(each.getValue())))
                                            .toList());
                        })
                        .toList());
    }
}

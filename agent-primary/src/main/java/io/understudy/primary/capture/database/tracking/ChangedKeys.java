package io.understudy.primary.capture.database.tracking;

import io.understudy.postgres.SiteCode.TableName;
import io.understudy.primary.capture.database.tracking.ChangeText.Change;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which keys of which tables changed, in bounded memory: when the keys are too many, those of the table that has most
 * are forgotten, and it is read whole. Not thread-safe.
 */
final class ChangedKeys {
    /** Of keys and what holds them. */
    static final long MOST_BYTES = 24L << 20;

    private static final int OVERHEAD = 104;

    private final Map<TableName, List<String>> keyColumns;
    private final Set<TableName> carried;
    private final Map<TableName, Changes> changes = new HashMap<>();
    private boolean othersChanged;
    private long bytes;

    /**
     * @param keyColumns of the tables whose changes name keys
     * @param carried all tables that COPY carries
     */
    ChangedKeys(Map<TableName, List<String>> keyColumns, Set<TableName> carried) {
        this.keyColumns = Map.copyOf(keyColumns);
        this.carried = Set.copyOf(carried);
    }

    /** Of one table. */
    static final class Changes {
        /** Whether the key was there before its first change; keys in the order of that change. */
        private final Map<String, Boolean> keys = new LinkedHashMap<>();

        private String whole = "";
        private long bytes;

        /** Why the keys are not all that changed; empty when they are. */
        Optional<String> whole() {
            return Optional.of(whole).filter(why -> !why.isEmpty());
        }

        /** As lines of COPY's text format, one char a byte. */
        Set<String> keys() {
            return keys.keySet();
        }

        /** How many of the keys were there at the base. */
        long existed() {
            return keys.values().stream().filter(existed -> existed).count();
        }
    }

    /** Empty when nothing of it changed. */
    Optional<Changes> of(TableName table) {
        return Optional.ofNullable(changes.get(table));
    }

    /** Whether a table changed whose rows pg_dump keeps, or one that is not known. */
    boolean othersChanged() {
        return othersChanged;
    }

    void add(TableName table, Change change) {
        List<String> key = keyColumns.get(table);
        if (key == null) {
            whole(table, "it has no key that each change names");
            return;
        }
        switch (change.kind()) {
            case INSERT -> add(table, KeyLine.of(key, change.after(), Map.of()), false);
            case DELETE -> add(table, KeyLine.of(key, change.before(), Map.of()), true);
            case UPDATE -> {
                Optional<String> after = KeyLine.of(key, change.after(), change.before());
                if (change.before().isEmpty()) {
                    add(table, after, true);
                } else {
                    add(table, KeyLine.of(key, change.before(), Map.of()), true);
                    add(table, after, false);
                }
            }
            case TRUNCATE -> whole(table, "it was truncated");
        }
    }

    private void add(TableName table, Optional<String> key, boolean existed) {
        if (key.isEmpty()) {
            whole(table, "a change of it does not name its key");
            return;
        }
        Changes own = changes.computeIfAbsent(table, name -> new Changes());
        if (own.whole.isEmpty() && own.keys.putIfAbsent(key.get(), existed) == null) {
            long more = key.get().length() + OVERHEAD;
            own.bytes += more;
            bytes += more;
            while (bytes > MOST_BYTES) {
                forgetMost();
            }
        }
    }

    private void forgetMost() {
        changes.entrySet().stream()
                .max(Comparator.comparingLong(entry -> entry.getValue().bytes))
                .ifPresent(entry -> whole(entry.getKey(), "too many of its rows changed"));
    }

    void whole(TableName table, String why) {
        othersChanged |= !carried.contains(table);
        Changes own = changes.computeIfAbsent(table, name -> new Changes());
        if (own.whole.isEmpty()) {
            own.whole = why;
            own.keys.clear();
            bytes -= own.bytes;
            own.bytes = 0;
        }
    }
}

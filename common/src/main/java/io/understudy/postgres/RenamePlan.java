package io.understudy.postgres;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The single renames, in order, that give every database its wanted name; where names are exchanged, one passes through
 * a name of its own.
 */
record RenamePlan(List<Rename> renames) {
    record Rename(String from, String to) {}

    /**
     * @param current the names now, of all databases of {@code wanted}
     * @param wanted the names afterwards; all differ
     * @param passing a name that no database carries
     */
    static RenamePlan of(Map<Long, String> current, Map<Long, String> wanted, String passing) {
        Map<Long, String> now = new LinkedHashMap<>(current);
        List<Rename> renames = new ArrayList<>();
        while (true) {
            List<Long> waiting = wanted.keySet().stream()
                    .filter(oid -> !Objects.equals(now.get(oid), wanted.get(oid)))
                    .toList();
            if (waiting.isEmpty()) {
                return new RenamePlan(List.copyOf(renames));
            }
            Long next = waiting.stream()
                    .filter(oid -> !now.containsValue(wanted.get(oid)))
                    .findFirst()
                    .orElse(null);
            Long moved = next != null ? next : waiting.get(0);
            String to = next != null ? wanted.get(next) : passing;
            renames.add(new Rename(now.put(moved, to), to));
        }
    }
}

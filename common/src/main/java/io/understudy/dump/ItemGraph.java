package io.understudy.dump;

import io.understudy.postgres.Sql;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The entries of an archive, and which of them needs which. */
final class ItemGraph {
    private static final Set<String> REMARKS = Set.of("COMMENT", "SECURITY LABEL", "ACL");

    private final Map<Integer, ArchiveItem> items = new LinkedHashMap<>();
    private final Map<Integer, Set<Integer>> needing = new HashMap<>();
    private final Map<String, Integer> schemas = new HashMap<>();
    private final Map<String, Integer> tables = new HashMap<>();

    ItemGraph(List<ArchiveItem> all) {
        for (ArchiveItem item : all) {
            items.put(item.id(), item);
            item.needs()
                    .forEach(need ->
                            needing.computeIfAbsent(need, id -> new HashSet<>()).add(item.id()));
            if (item.kind().equals("SCHEMA")) {
                schemas.put(item.name(), item.id());
            }
            if (item.kind().equals("TABLE")) {
                tables.put(Sql.qualified(item.schema(), item.name()), item.id());
            }
        }
    }

    Collection<ArchiveItem> items() {
        return items.values();
    }

    Set<Integer> ids() {
        return items.keySet();
    }

    ArchiveItem item(int id) {
        return items.get(id);
    }

    Set<Integer> matching(Predicate<ArchiveItem> wanted) {
        return items.values().stream().filter(wanted).map(ArchiveItem::id).collect(Collectors.toSet());
    }

    /** The entries that name this one as needed. */
    Set<Integer> needing(int id) {
        return needing.getOrDefault(id, Set.of());
    }

    /** These and all that they need, the schemas that they lie in too. */
    Set<Integer> needed(Collection<Integer> ids) {
        Set<Integer> all = new HashSet<>();
        Deque<Integer> open = new ArrayDeque<>(ids);
        while (!open.isEmpty()) {
            ArchiveItem item = items.get(open.remove());
            if (item != null && all.add(item.id())) {
                open.addAll(item.needs());
                Optional.ofNullable(schemas.get(item.schema())).ifPresent(open::add);
            }
        }
        return all;
    }

    /** Comments, labels and rights of what is there already; not those of columns of tables that come. */
    Set<Integer> remarksOn(Set<Integer> ids) {
        return items.values().stream()
                .filter(item ->
                        REMARKS.contains(item.kind()) && !item.needs().isEmpty() && ids.containsAll(item.needs()))
                .map(ArchiveItem::id)
                .collect(Collectors.toSet());
    }

    /** These and their partitions of all levels. */
    Set<Integer> withPartitions(Set<Integer> found) {
        Set<Integer> all = new HashSet<>(found);
        boolean more = true;
        while (more) {
            more = false;
            for (ArchiveItem attach : items.values()) {
                Optional<Integer> parent = parent(attach);
                Integer partition = partition(attach);
                more |= parent.filter(all::contains).isPresent() && partition != null && all.add(partition);
            }
        }
        return all;
    }

    /** Of an entry that attaches a partition: the table that it is attached to. */
    private Optional<Integer> parent(ArchiveItem attach) {
        Integer own = partition(attach);
        return own == null
                ? Optional.empty()
                : attach.needs().stream()
                        .filter(need -> !need.equals(own) && is(need, "TABLE"))
                        .findFirst();
    }

    private Integer partition(ArchiveItem attach) {
        return attach.kind().equals("TABLE ATTACH") ? tables.get(Sql.qualified(attach.schema(), attach.name())) : null;
    }

    private boolean is(int id, String kind) {
        ArchiveItem item = items.get(id);
        return item != null && item.kind().equals(kind);
    }

    /** Sequences that belong to tables that are lost, and that nothing else uses, with what belongs to them. */
    Set<Integer> ownedBy(Set<Integer> lost) {
        Set<Integer> found = new HashSet<>();
        lost.stream()
                .map(items::get)
                .filter(item -> item.kind().equals("SEQUENCE OWNED BY"))
                .flatMap(item -> item.needs().stream())
                .filter(need -> is(need, "SEQUENCE"))
                .filter(sequence -> needing(sequence).stream()
                        .allMatch(each ->
                                lost.contains(each) || !items.get(each).kind().equals("DEFAULT")))
                .forEach(sequence -> {
                    found.add(sequence);
                    found.addAll(needing(sequence));
                });
        return found;
    }

    /**
     * For partitions of a table that is partitioned by hash, at whatever level: the topmost table. An enum's values
     * hash by their OIDs, which differ in every database, so rows find their partition from there.
     *
     * @return qualified names of partitions, each with that of its root
     */
    Map<String, String> roots() {
        Map<Integer, Integer> parents = new HashMap<>();
        items.values().forEach(attach -> parent(attach).ifPresent(parent -> parents.put(partition(attach), parent)));
        Map<String, String> roots = new HashMap<>();
        for (Integer leaf : parents.keySet()) {
            boolean byHash = false;
            Integer top = leaf;
            while (parents.containsKey(top)) {
                top = parents.get(top);
                byHash |= items.get(top).byHash();
            }
            if (byHash) {
                roots.put(name(leaf), name(top));
            }
        }
        return roots;
    }

    /** Of each partition, the tables that it is a partition of, at whatever level, by qualified names. */
    Map<String, Set<String>> ancestors() {
        Map<Integer, Integer> parents = new HashMap<>();
        items.values().forEach(attach -> parent(attach).ifPresent(parent -> parents.put(partition(attach), parent)));
        Map<String, Set<String>> all = new HashMap<>();
        for (Integer leaf : parents.keySet()) {
            Set<String> above = new HashSet<>();
            for (Integer top = parents.get(leaf); top != null; top = parents.get(top)) {
                above.add(name(top));
            }
            all.put(name(leaf), above);
        }
        return all;
    }

    private String name(int id) {
        return Sql.qualified(items.get(id).schema(), items.get(id).name());
    }

    /** Qualified names of the tables whose definition calls functions: these may read other tables. */
    Set<String> calling() {
        return tables.values().stream()
                .filter(id -> needed(Set.of(id)).stream().anyMatch(each -> is(each, "FUNCTION")))
                .map(this::name)
                .collect(Collectors.toSet());
    }
}

package io.understudy.dump;

import static java.util.function.Predicate.not;

import io.understudy.config.NearestName;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseData.Named;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which entries of an archive are asked for. With tables named, these come with their indexes, constraints, triggers,
 * sequences and rights, a partitioned table with its partitions, and with what they need to be made: schemas, types,
 * functions, extensions. What links a table that comes with one that does not, such as a foreign key, is left out. What
 * needs a table that is excluded is left out with it. So the result can be loaded by itself.
 */
final class Choice {
    private final ItemGraph graph;
    private final Set<Integer> chosen;
    private final Predicate<String> withData;
    private final List<String> leftOut;

    /**
     * @param withData says of a qualified name whether the content of this table or sequence comes too
     * @param leftOut what was asked for and cannot come, for a person
     */
    private Choice(ItemGraph graph, Set<Integer> chosen, Predicate<String> withData, Collection<String> leftOut) {
        this.graph = graph;
        this.chosen = chosen;
        this.withData = withData;
        this.leftOut = List.copyOf(leftOut);
    }

    /** @throws UnderstudyException {@code USAGE} when a pattern matches nothing */
    static Choice of(DumpRequest request, List<ArchiveItem> items) {
        ItemGraph graph = new ItemGraph(items);
        Set<Integer> excluded = matching(request.excluded(), graph);
        Set<Integer> asked = request.tables().isEmpty() ? Set.of() : matching(request.tables(), graph);
        Set<String> remarks = new TreeSet<>();
        Set<Integer> lost = lost(excluded, graph, remarks);
        if (request.tables().isEmpty()) {
            Set<Integer> all = new HashSet<>(graph.ids());
            all.removeAll(lost);
            return new Choice(graph, all, not(names(lost, graph)::contains), remarks);
        }
        remarks.clear();
        Set<Integer> roots = new HashSet<>(asked);
        roots.removeAll(excluded);
        if (roots.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "nothing is left of what --table names: --exclude-table names it too",
                    "correct one of the two");
        }
        Set<Integer> base = graph.needed(roots);
        Set<Integer> parts = parts(roots, base, graph, remarks);
        Set<Integer> all = graph.needed(parts);
        all.addAll(base);
        all.addAll(graph.remarksOn(all));
        Set<Integer> owned = new HashSet<>(roots);
        parts.stream().filter(id -> graph.item(id).kind().equals("SEQUENCE")).forEach(owned::add);
        graph.needed(parts).stream()
                .filter(id -> graph.item(id).kind().equals("SEQUENCE"))
                .forEach(owned::add);
        return new Choice(graph, all, names(owned, graph)::contains, remarks);
    }

    private static Set<String> names(Set<Integer> ids, ItemGraph graph) {
        return ids.stream()
                .map(graph::item)
                .filter(ArchiveItem::isRelation)
                .map(item -> Sql.qualified(item.schema(), item.name()))
                .collect(Collectors.toSet());
    }

    private static Set<Integer> matching(List<String> patterns, ItemGraph graph) {
        Set<Integer> found = new HashSet<>();
        for (String each : patterns) {
            TablePattern pattern = TablePattern.parse(each);
            Set<Integer> matched = graph.matching(item -> item.isRelation() && pattern.matches(item));
            if (matched.isEmpty()) {
                throw unknown(pattern, graph);
            }
            found.addAll(matched);
        }
        return graph.withPartitions(found);
    }

    private static UnderstudyException unknown(TablePattern pattern, ItemGraph graph) {
        List<String> names = graph.items().stream()
                .filter(ArchiveItem::isRelation)
                .map(item -> (pattern.hasSchema() ? item.schema() + "." : "") + item.name())
                .distinct()
                .toList();
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot find table " + pattern + ": the snapshot has none of this name",
                NearestName.of(pattern.plain(), names)
                        .map(near -> "did you mean " + near + "?")
                        .orElse("write schema.name, with * and ? where needed"));
    }

    /** Of tables that are named: what belongs to them, and needs no other table. */
    private static Set<Integer> parts(
            Set<Integer> roots, Set<Integer> base, ItemGraph graph, Collection<String> remarks) {
        Set<Integer> parts = new HashSet<>(roots);
        Deque<Integer> open = new ArrayDeque<>(roots);
        while (!open.isEmpty()) {
            for (Integer id : graph.needing(open.remove())) {
                ArchiveItem item = graph.item(id);
                if (!item.isPart() || parts.contains(id)) {
                    continue;
                }
                List<ArchiveItem> strangers = graph.needed(Set.of(id)).stream()
                        .filter(each -> !base.contains(each) && !parts.contains(each) && !id.equals(each))
                        .map(graph::item)
                        .filter(each -> each.isRelation() && !each.kind().equals("SEQUENCE"))
                        .toList();
                if (strangers.isEmpty()) {
                    parts.add(id);
                    open.add(id);
                } else {
                    remarks.add(
                            item.text() + ", which needs " + strangers.get(0).text());
                }
            }
        }
        return parts;
    }

    /** What is excluded, and all that cannot be made without it. */
    private static Set<Integer> lost(Set<Integer> excluded, ItemGraph graph, Collection<String> remarks) {
        Set<Integer> lost = new HashSet<>(excluded);
        Deque<Integer> open = new ArrayDeque<>(excluded);
        while (!open.isEmpty()) {
            for (Integer id : graph.needing(open.remove())) {
                if (lost.add(id)) {
                    open.add(id);
                }
            }
        }
        lost.addAll(graph.ownedBy(lost));
        lost.stream()
                .map(graph::item)
                .filter(item -> !excluded.contains(item.id()) && !item.isPart()
                        || item.kind().equals("FK CONSTRAINT"))
                .filter(item -> !belongsTo(item, excluded, graph))
                .forEach(item -> remarks.add(item.text() + ", which needs an excluded table"));
        return lost;
    }

    /** The foreign keys of an excluded table go with it, and no one misses them. */
    private static boolean belongsTo(ArchiveItem item, Set<Integer> excluded, ItemGraph graph) {
        return excluded.stream()
                .map(graph::item)
                .anyMatch(table ->
                        item.schema().equals(table.schema()) && item.name().startsWith(table.name() + " "));
    }

    /** Numbers of the entries that are wanted, in the archive's order. */
    List<Integer> list(Predicate<ArchiveItem> wanted) {
        List<Integer> ids = new ArrayList<>();
        for (ArchiveItem item : graph.items()) {
            if (chosen.contains(item.id()) && wanted.test(item) && isWanted(item)) {
                ids.add(item.id());
            }
        }
        return ids;
    }

    /** A table that is only needed by another one comes without rows. */
    private boolean isWanted(ArchiveItem item) {
        return !item.kind().equals("TABLE DATA") && !item.kind().equals("SEQUENCE SET")
                || withData.test(Sql.qualified(item.schema(), item.name()));
    }

    /** Whether the content of this table or sequence comes. */
    boolean holds(Named named) {
        return withData.test(Sql.qualified(named.schema(), named.name()));
    }

    /** What was left out although it belongs to what was asked for: {@code fk constraint …, which needs table …}. */
    List<String> leftOut() {
        return leftOut;
    }

    /** The foreign keys that come, with those of tables that are there only for others. */
    List<ForeignKey> references() {
        return graph.items().stream()
                .filter(item -> chosen.contains(item.id()))
                .flatMap(item -> item.reference().stream())
                .toList();
    }

    ItemGraph graph() {
        return graph;
    }
}

package io.understudy.history;

import io.understudy.history.LiveRows.Typed;
import io.understudy.history.RowClosure.Need;
import io.understudy.history.UndonePlan.Action;
import io.understudy.history.UndonePlan.Item;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Looks for rows that would point to nothing once others are taken back. The database would delete them or empty their
 * columns where a foreign key says so (CASCADE, SET NULL): they are the site's, so it does not come to that. Where the
 * rows that they refer to are locked, no further one comes.
 */
final class UndoneReferences {
    private static final int AT_ONCE = 1000;

    private final UndonePlan plan;
    private final LiveTables tables;
    private final LiveRows referring;
    private final LiveRows parents;
    private final List<String> dangling = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    /**
     * @param referring reads rows that refer to others, and locks none
     * @param parents reads rows that others refer to
     */
    private UndoneReferences(UndonePlan plan, LiveTables tables, LiveRows referring, LiveRows parents) {
        this.plan = plan;
        this.tables = tables;
        this.referring = referring;
        this.parents = parents;
    }

    /** @param links foreign keys and those of the configuration; the latter hinder nothing */
    static UndoneReferences of(
            UndonePlan plan, List<Link> links, LiveTables tables, LiveRows referring, LiveRows parents) {
        UndoneReferences references = new UndoneReferences(plan, tables, referring, parents);
        for (Link link : links) {
            if (link.enforced()) {
                references.enforced(link);
                references.parents(link);
            } else {
                references.configured(link);
            }
        }
        return references;
    }

    /** What would point to nothing, by foreign keys; where there is any, nothing is to be done. */
    List<String> dangling() {
        return List.copyOf(dangling);
    }

    /** The same by links of the configuration. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** Rows that this link would not find any more, by table: those that are deleted or have another key then. */
    private Map<TableRef, List<Item>> leaving(Link link) {
        return plan.written().stream()
                .filter(each -> link.to().contains(each.noted().table()) && !stays(link, each))
                .collect(Collectors.groupingBy(each -> each.noted().table(), LinkedHashMap::new, Collectors.toList()));
    }

    /** A generated column is not among what was read: it may change. */
    private static boolean stays(Link link, Item item) {
        StoredRow now = item.row().orElseThrow();
        return item.action() == Action.PUT_BACK
                && now.columns().containsAll(link.toColumns())
                && UndonePlan.after(item).fields(link.toColumns()).equals(now.fields(link.toColumns()));
    }

    private void enforced(Link link) {
        List<String> columns = new ArrayList<>(link.fromColumns());
        columns.add(CurrentRows.PLACE);
        leaving(link).forEach((to, items) -> {
            for (int from = 0; from < items.size(); from += AT_ONCE) {
                String places = items.subList(from, Math.min(items.size(), from + AT_ONCE)).stream()
                        .map(each -> "\"" + each.place() + "\"")
                        .collect(Collectors.joining(",", "'{", "}'::tid[]"));
                String query = "SELECT " + LiveRows.texts("f.", columns) + " FROM ONLY "
                        + link.from().qualified() + " AS f WHERE EXISTS (SELECT FROM ONLY " + to.qualified()
                        + " AS p WHERE p.ctid = ANY (" + places + ") AND " + String.join(" AND ", link.comparison())
                        + ")";
                dangling.addAll(left(link, to, referring.asked(link.from(), query, columns)));
            }
        });
    }

    private void configured(Link link) {
        Set<List<String>> values = new LinkedHashSet<>();
        leaving(link).values().stream()
                .flatMap(List::stream)
                .map(each -> each.row().orElseThrow())
                .filter(row -> row.columns().containsAll(link.toColumns()))
                .map(row -> row.fields(link.toColumns()))
                .filter(each -> !each.contains(StoredRow.NULL))
                .forEach(values::add);
        List<String> columns = new ArrayList<>(link.fromColumns());
        columns.add(CurrentRows.PLACE);
        tables.find(link.from())
                .filter(table -> !values.isEmpty() && table.columns().containsAll(link.fromColumns()))
                .ifPresent(table -> remarks.addAll(
                        left(link, link.to().get(0), referring.find(table, columns, link.fromColumns(), values))));
    }

    /** Those that refer to it afterwards, too. */
    private Set<String> left(Link link, TableRef parent, List<StoredRow> rows) {
        Set<String> found = new LinkedHashSet<>();
        for (StoredRow row : rows) {
            List<String> to = row.fields(link.fromColumns());
            if (!plan.deletes(link.from(), CurrentRows.place(row)) && !turnsAway(link, row, to)) {
                found.add(link.from() + " (" + RowId.text(link.fromColumns(), to) + ") refers to " + parent + " ("
                        + RowId.text(link.toColumns(), to) + ")");
            }
        }
        return found;
    }

    /** Whether it refers to another row with its old values; {@link #parents} looks whether that is there. */
    private boolean turnsAway(Link link, StoredRow row, List<String> to) {
        return plan.at(link.from(), CurrentRows.place(row))
                .filter(each -> each.action() == Action.PUT_BACK
                        && each.row().orElseThrow().columns().containsAll(link.fromColumns())
                        && !UndonePlan.after(each).fields(link.fromColumns()).equals(to))
                .isPresent();
    }

    private void parents(Link link) {
        plan.written().stream()
                .filter(each -> each.action() == Action.PUT_BACK
                        && each.noted().table().equals(link.from())
                        && !each.row().orElseThrow().columns().containsAll(link.fromColumns()))
                .forEach(each -> dangling.add("what " + each.noted().id() + " would refer to by " + link.name()
                        + " is not known, for a column of that is generated"));
        for (Need need : plan.needs(link)) {
            if (link.to().stream().noneMatch(to -> isThere(to, link, need))) {
                dangling.add("a row of " + link.from() + " would refer to " + need.table() + " ("
                        + RowId.text(need.columns(), need.fields()) + ") again, which is gone");
            }
        }
    }

    private boolean isThere(TableRef to, Link link, Need need) {
        Typed values = new Typed(link.from(), link.fromColumns(), List.of(need.fields()));
        return parents.alikeParents(to, List.of(CurrentRows.PLACE), values, link.comparison()).values().stream()
                        .flatMap(List::stream)
                        .anyMatch(row -> plan.at(to, CurrentRows.place(row))
                                .filter(each -> !stays(link, each))
                                .isEmpty())
                || plan.written().stream()
                        .anyMatch(each -> each.action() == Action.PUT_BACK
                                && each.noted().table().equals(to)
                                && each.row().orElseThrow().columns().containsAll(link.toColumns())
                                && UndonePlan.after(each)
                                        .fields(link.toColumns())
                                        .equals(need.fields()));
    }
}

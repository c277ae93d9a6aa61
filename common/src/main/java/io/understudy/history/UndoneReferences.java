package io.understudy.history;

import io.understudy.history.RowClosure.Need;
import io.understudy.history.UndonePlan.Action;
import io.understudy.history.UndonePlan.Item;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks for rows that would point to nothing once others are taken back. The database would delete them or empty their
 * columns where a foreign key says so (CASCADE, SET NULL): they are the site's, so it does not come to that. Where the
 * rows that they refer to are locked, no further one comes.
 */
final class UndoneReferences {
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
            references.referring(link);
            if (link.enforced()) {
                references.parents(link);
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

    private void referring(Link link) {
        Set<List<String>> values = new LinkedHashSet<>();
        for (Item item : plan.written()) {
            if (!link.to().contains(item.noted().table())
                    || !item.row().orElseThrow().columns().containsAll(link.toColumns())) {
                continue;
            }
            List<String> now = item.row().orElseThrow().fields(link.toColumns());
            boolean stays = item.action() == Action.PUT_BACK
                    && UndonePlan.after(item).fields(link.toColumns()).equals(now);
            if (!stays && !now.contains(StoredRow.NULL)) {
                values.add(now);
            }
        }
        tables.find(link.from())
                .filter(table -> !values.isEmpty() && table.columns().containsAll(link.fromColumns()))
                .ifPresent(table -> referring(link, table, values));
    }

    private void referring(Link link, LiveTable table, Set<List<String>> values) {
        List<String> columns = new ArrayList<>(link.fromColumns());
        columns.add(CurrentRows.PLACE);
        Set<String> found = new LinkedHashSet<>();
        for (StoredRow row : referring.find(table, columns, link.fromColumns(), values)) {
            List<String> to = row.fields(link.fromColumns());
            if (!plan.deletes(link.from(), CurrentRows.place(row)) && !turnsAway(link, row, to)) {
                found.add(link.from() + " (" + RowId.text(link.fromColumns(), to) + ") refers to "
                        + link.to().get(0) + " (" + RowId.text(link.toColumns(), to) + ")");
            }
        }
        (link.enforced() ? dangling : remarks).addAll(found);
    }

    /** Whether it refers to another row once it has its old values back. */
    private boolean turnsAway(Link link, StoredRow row, List<String> to) {
        return plan.at(link.from(), CurrentRows.place(row))
                .filter(each -> each.action() == Action.PUT_BACK
                        && !UndonePlan.after(each).fields(link.fromColumns()).equals(to))
                .isPresent();
    }

    private void parents(Link link) {
        for (Need need : plan.needs(link)) {
            boolean there = link.to().stream()
                    .anyMatch(to -> tables.find(to).stream().anyMatch(table -> isThere(table, link, need)));
            if (!there) {
                dangling.add("a row of " + link.from() + " would refer to " + need.table() + " ("
                        + RowId.text(need.columns(), need.fields()) + ") again, which is gone");
            }
        }
    }

    private boolean isThere(LiveTable table, Link link, Need need) {
        List<String> columns = new ArrayList<>(link.toColumns());
        columns.add(CurrentRows.PLACE);
        boolean now = parents.parents(table, columns, link.toColumns(), Set.of(need.fields())).stream()
                .anyMatch(row -> !plan.deletes(table.ref(), CurrentRows.place(row)));
        return now
                || plan.written().stream()
                        .anyMatch(each -> each.action() == Action.PUT_BACK
                                && each.noted().table().equals(table.ref())
                                && UndonePlan.after(each)
                                        .fields(link.toColumns())
                                        .equals(need.fields()));
    }
}

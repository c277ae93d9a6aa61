package io.understudy.history;

import io.understudy.history.RowClosure.Need;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is done with each row of a note to take it back, in that order: what was stored last goes first. Nothing that
 * the site changed since is touched unless it is asked for, and no row goes that others refer to.
 */
final class UndonePlan {
    private final LiveTables tables;
    private final boolean replace;
    private final List<Item> items = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private final Set<String> claimed = new HashSet<>();
    /** Those that are written, by table and place. */
    private final Map<String, Item> places = new HashMap<>();

    enum Action {
        DELETE,
        PUT_BACK,
        /** It is as it was before already. */
        AS_BEFORE,
        /** It stays as it is: what the site did with it cannot be undone. */
        STAYS
    }

    /**
     * @param row as the database has it; empty where nothing is done with it
     * @param columns that get their old values
     * @param reason why it stays; may be empty
     */
    record Item(NotedRow noted, Action action, Optional<StoredRow> row, List<String> columns, String reason) {
        String place() {
            return CurrentRows.place(row.orElseThrow());
        }

        String text() {
            return switch (action) {
                case DELETE -> "is deleted: " + noted.id();
                case PUT_BACK -> "gets its old values back: " + noted.id() + " (" + String.join(", ", columns) + ")";
                case AS_BEFORE -> "is as before: " + noted.id();
                case STAYS -> "stays as it is: " + noted.id() + ": " + reason;
            };
        }
    }

    private UndonePlan(LiveTables tables, boolean replace) {
        this.tables = tables;
        this.replace = replace;
    }

    /**
     * @param rows what the database has; where it locks them, that stays so
     * @param replace whether rows that were changed since are taken back, too
     */
    static UndonePlan of(List<NotedRow> noted, LiveTables tables, LiveRows rows, boolean replace) {
        UndonePlan plan = new UndonePlan(tables, replace);
        Map<RowId, List<StoredRow>> found =
                CurrentRows.find(noted.stream().map(NotedRow::id).toList(), tables, rows);
        List<NotedRow> backwards = new ArrayList<>(noted);
        Collections.reverse(backwards);
        backwards.forEach(each -> plan.items.add(plan.item(each, found.getOrDefault(each.id(), List.of()))));
        plan.written().forEach(each -> plan.places.put(each.noted().table() + each.place(), each));
        return plan;
    }

    /** All of them. */
    List<Item> items() {
        return List.copyOf(items);
    }

    /** Those that are written. */
    List<Item> written() {
        return items.stream()
                .filter(each -> each.action() == Action.DELETE || each.action() == Action.PUT_BACK)
                .toList();
    }

    /** Rows that were changed since, and how; where there is one, nothing is to be done. */
    List<String> refused() {
        return List.copyOf(refused);
    }

    /** What is done with the row at this place; empty where it is none of those that are written. */
    Optional<Item> at(TableRef table, String place) {
        return Optional.ofNullable(places.get(table + place));
    }

    /** Whether the row at this place is deleted. */
    boolean deletes(TableRef table, String place) {
        return at(table, place).filter(each -> each.action() == Action.DELETE).isPresent();
    }

    private Item item(NotedRow noted, List<StoredRow> found) {
        Optional<LiveTable> table = tables.find(noted.table());
        if (table.isEmpty()) {
            return lost(noted, "its table is not in the database any more");
        }
        if (noted.keyed() && found.size() > 1) {
            refused.add(noted.id() + " (several rows have its key by now)");
            return stays(noted, "several rows have its key by now");
        }
        return noted.keyed() ? keyed(noted, table.get(), found) : keyless(noted, table.get(), found);
    }

    private Item keyed(NotedRow noted, LiveTable table, List<StoredRow> found) {
        if (found.isEmpty()) {
            if (tables.isInAnotherPartition(noted.id())) {
                return lost(noted, "it lies in another partition by now");
            }
            return noted.before().isEmpty() ? asBefore(noted) : lost(noted, "it was deleted since");
        }
        StoredRow now = found.get(0);
        boolean sameColumns = table.columns().equals(noted.columns());
        if (sameColumns && noted.isBefore(now)) {
            return asBefore(noted);
        }
        if (!sameColumns || !noted.isAfter(now)) {
            String how = sameColumns
                    ? noted.after().isEmpty() ? "it came back" : String.join(", ", noted.changed(now))
                    : "its table has other columns";
            if (!replace) {
                refused.add(noted.id() + " (" + how + ")");
                return stays(noted, "it was changed since");
            }
        }
        return noted.before().isEmpty()
                ? new Item(noted, Action.DELETE, Optional.of(now), List.of(), "")
                : putBack(noted, table, now);
    }

    private static Item putBack(NotedRow noted, LiveTable table, StoredRow now) {
        StoredRow before = new StoredRow(
                noted.table(), noted.columns(), List.of(), noted.before().orElseThrow());
        List<String> columns = noted.columns().stream()
                .filter(each ->
                        table.columns().contains(each) && !table.always().contains(each))
                .filter(each -> !before.fields(List.of(each)).equals(now.fields(List.of(each))))
                .toList();
        return columns.isEmpty() ? asBefore(noted) : new Item(noted, Action.PUT_BACK, Optional.of(now), columns, "");
    }

    private Item keyless(NotedRow noted, LiveTable table, List<StoredRow> found) {
        if (!table.columns().equals(noted.columns())) {
            return lost(noted, "its table has other columns, and no key to find it by");
        }
        Optional<StoredRow> same = found.stream()
                .filter(noted::isAfter)
                .filter(each -> claimed.add(each.table() + CurrentRows.place(each)))
                .findFirst();
        if (same.isPresent()) {
            return new Item(noted, Action.DELETE, same, List.of(), "");
        }
        return noted.after().isEmpty()
                ? asBefore(noted)
                : lost(noted, "no row is as it was stored, and its table has no key to find a changed one by");
    }

    private Item lost(NotedRow noted, String why) {
        if (!replace) {
            refused.add(noted.id() + " (" + why + ")");
        }
        return stays(noted, why);
    }

    private static Item asBefore(NotedRow noted) {
        return new Item(noted, Action.AS_BEFORE, Optional.empty(), List.of(), "");
    }

    private static Item stays(NotedRow noted, String why) {
        return new Item(noted, Action.STAYS, Optional.empty(), List.of(), why);
    }

    /** What rows that get their old values back refer to then. */
    Set<Need> needs(Link link) {
        Set<Need> needs = new LinkedHashSet<>();
        for (Item item : items) {
            if (item.action() == Action.PUT_BACK
                    && item.noted().table().equals(link.from())
                    && item.row().orElseThrow().columns().containsAll(link.fromColumns())
                    && item.columns().stream().anyMatch(link.fromColumns()::contains)) {
                List<String> values = after(item).fields(link.fromColumns());
                if (!values.contains(StoredRow.NULL)) {
                    needs.add(new Need(link.to().get(0), link.toColumns(), values));
                }
            }
        }
        return needs;
    }

    /** A row as it is once it has its old values back. */
    static StoredRow after(Item item) {
        StoredRow now = item.row().orElseThrow();
        StoredRow before = new StoredRow(
                now.table(),
                item.noted().columns(),
                List.of(),
                item.noted().before().orElseThrow());
        List<String> fields = new ArrayList<>();
        for (String column : now.columns()) {
            fields.addAll((item.columns().contains(column) ? before : now).fields(List.of(column)));
        }
        return new StoredRow(now.table(), now.columns(), List.of(), fields);
    }
}

package io.understudy.history;

import io.understudy.history.RestorePlan.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How the sequences that number new rows are moved behind the numbers of rows that come back. What is moved stays so
 * even where nothing is stored: a sequence belongs to no transaction.
 */
final class SequenceMoves {
    private final List<String> statements = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    SequenceMoves(RestorePlan plan, NumberedColumns columns) {
        Map<String, NumberedColumn> sequences = new LinkedHashMap<>();
        Map<String, Long> furthest = new LinkedHashMap<>();
        Map<TableRef, List<Member>> byTable = new LinkedHashMap<>();
        plan.order()
                .forEach(each -> byTable.computeIfAbsent(each.row().table(), none -> new ArrayList<>())
                        .add(each));
        byTable.forEach((table, members) -> columns.of(table)
                .forEach(column -> column.furthest(written(plan, members, column.column()))
                        .ifPresent(number -> {
                            sequences.putIfAbsent(column.name(), column);
                            furthest.merge(
                                    column.name(),
                                    number,
                                    (a, b) -> column.inDirection().compare(a, b) >= 0 ? a : b);
                        })));
        sequences.forEach((name, column) -> add(column, furthest.get(name), columns));
    }

    /** The values that are written into a column. */
    private static Stream<String> written(RestorePlan plan, List<Member> members, String column) {
        return members.stream()
                .filter(each -> each.row().columns().contains(column))
                .filter(each ->
                        plan.action(each) == Action.INSERT || each.differing().contains(column))
                .map(each -> StoredRow.value(each.row().fields(List.of(column)).get(0)));
    }

    private void add(NumberedColumn column, long number, NumberedColumns columns) {
        String why = column.cycles()
                ? "it gives numbers again that rows have"
                : !column.allowed()
                        ? "database.user may not move it (GRANT SELECT, UPDATE ON SEQUENCE)"
                        : column.endsAt(number) ? "it would have no number left" : "";
        if (!why.isEmpty()) {
            remarks.add("sequence " + column.name() + " stays where it is: " + why + "; where it comes to give number "
                    + number + ", the site's new row is refused");
            return;
        }
        // The script may be run later, or on another server: it looks again.
        statements.add(column.move(number));
        if (columns.gives(column, number)) {
            remarks.add("sequence " + column.name() + " moves on to " + number + ", so that no new row gets this number"
                    + (column.cached() > 1
                            ? "; it gives numbers " + column.cached()
                                    + " at a time, so sessions that are open may have it already"
                            : ""));
        }
    }

    /** Before the rows: from then on no other row gets their numbers. */
    List<String> statements() {
        return List.copyOf(statements);
    }

    /** What a person should know. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }
}

package io.understudy.history;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Statements that lock tables of the site: all of one statement at once, and where one must be waited for, none. */
final class TableLocks {
    private TableLocks() {}

    /** All tables of which a plan writes rows or relies on some. @param parents tables of rows that it refers to */
    static String of(RestorePlan plan, Stream<TableRef> parents) {
        Set<TableRef> written =
                plan.order().stream().map(each -> each.row().table()).collect(Collectors.toCollection(TreeSet::new));
        Set<TableRef> others = Stream.concat(
                        parents,
                        plan.members().stream()
                                .filter(each -> each.live().isPresent())
                                .map(each -> each.row().table()))
                .filter(each -> !written.contains(each))
                .collect(Collectors.toCollection(TreeSet::new));
        return Stream.of(of(written, "ROW EXCLUSIVE"), of(others, "ROW SHARE"))
                .filter(each -> !each.isEmpty())
                .collect(Collectors.joining("; "));
    }

    /** Without tables an empty text. */
    static String of(Set<TableRef> tables, String mode) {
        return tables.isEmpty()
                ? ""
                : tables.stream()
                                .map(each -> "ONLY " + each.qualified())
                                .collect(Collectors.joining(", ", "LOCK TABLE ", ""))
                        + " IN " + mode + " MODE NOWAIT";
    }
}

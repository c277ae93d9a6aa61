package io.understudy.history;

import io.understudy.history.RestorePlan.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What one row alone may have by a deferrable constraint of the tables that a plan writes. The database checks it with
 * a trigger of its own, which does not run for a replica; then the script checks it itself. Another transaction may
 * have stored such a value, looked, and not ended yet, so no other one may be writing into the table.
 */
final class LateConstraints {
    private static final int AT_ONCE = 1000;

    private final Map<TableRef, List<UniqueRule>> rules = new TreeMap<>();
    private final Map<TableRef, List<RowId>> rows = new LinkedHashMap<>();

    LateConstraints(RestorePlan plan, LiveTables tables) {
        for (Member each : plan.order()) {
            TableRef table = each.row().table();
            List<UniqueRule> late = tables.find(table).orElseThrow().unique().rules().stream()
                    .filter(UniqueRule::deferrable)
                    .toList();
            if (!late.isEmpty()
                    && (plan.action(each) == Action.INSERT || !each.differing().isEmpty())) {
                rules.put(table, late);
                rows.computeIfAbsent(table, none -> new ArrayList<>()).add(each.sought());
            }
        }
    }

    boolean any() {
        return !rules.isEmpty();
    }

    /** Statements behind those that write; where a value is taken they fail as the database does. */
    List<String> checks() {
        if (rules.isEmpty()) {
            return List.of();
        }
        List<String> checks = new ArrayList<>();
        checks.add(TableLocks.of(rules.keySet(), "SHARE ROW EXCLUSIVE"));
        rules.forEach((table, late) -> late.forEach(rule -> {
            List<RowId> written = rows.get(table);
            for (int from = 0; from < written.size(); from += AT_ONCE) {
                checks.add(check(table, rule, written.subList(from, Math.min(written.size(), from + AT_ONCE))));
            }
        }));
        return checks;
    }

    private static String check(TableRef table, UniqueRule rule, List<RowId> written) {
        // Rows without a key may have been found by different columns.
        String which = written.stream()
                .collect(Collectors.groupingBy(
                        RowId::columns,
                        LinkedHashMap::new,
                        Collectors.mapping(RowId::fields, Collectors.toCollection(LinkedHashSet::new))))
                .entrySet()
                .stream()
                .map(each -> LiveRows.condition(each.getKey(), each.getValue()))
                .collect(Collectors.joining(" OR "));
        String message = "another row has what constraint " + rule.name() + " of " + table + " lets one row alone have";
        String block = "BEGIN IF " + rule.doubled(table, which)
                + " THEN RAISE unique_violation USING MESSAGE = " + RestoreScript.literal(StoredRow.field(message))
                + "; END IF; END";
        return "DO " + RestoreScript.literal(StoredRow.field(block));
    }
}

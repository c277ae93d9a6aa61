package io.understudy.history;

import io.understudy.history.RestorePlan.Action;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at the rows that a plan writes, before and after, in the transaction that writes them. Those that are there are
 * locked, so what it saw before is what was overwritten. Not thread-safe.
 */
final class RowNoting {
    /** A note is written while rows are locked, and read by an agent with little memory. */
    private static final int MOST_ROWS = 5000;

    private static final int MOST_VALUES = 100_000;
    /** Of keys and old values. */
    private static final int MOST_CHARACTERS = 8 << 20;
    /** What is more than fits. */
    static final String LIMITS = MOST_ROWS + " rows, " + MOST_VALUES + " values or " + (MOST_CHARACTERS >> 20)
            + " MiB of keys and old values";

    private final RestorePlan plan;
    private final LiveTables tables;
    private final LiveRows rows;
    private final Map<RowId, List<String>> before = new HashMap<>();

    RowNoting(RestorePlan plan, LiveTables tables, LiveRows rows) {
        this.plan = plan;
        this.tables = tables;
        this.rows = rows;
    }

    void before() {
        List<RowId> replaced = plan.order().stream()
                .filter(each -> plan.action(each) == Action.UPDATE)
                .map(Member::sought)
                .toList();
        CurrentRows.find(replaced, tables, rows)
                .forEach((id, found) -> before.put(id, found.get(0).fields(columns(id.table()))));
    }

    /** Whether a note has room for it; after {@link #before}. */
    boolean fits() {
        long values = 0;
        long characters = 0;
        for (Member each : plan.order()) {
            RowId id = each.sought();
            values += (long) each.times() * columns(id.table()).size();
            characters += each.times() * characters(id.fields());
        }
        for (List<String> each : before.values()) {
            characters += characters(each);
        }
        return plan.count() <= MOST_ROWS && values <= MOST_VALUES && characters <= MOST_CHARACTERS;
    }

    private static long characters(List<String> fields) {
        return fields.stream().mapToLong(String::length).sum();
    }

    /** In the order in which they were written. */
    List<NotedRow> after() {
        return after(plan.order());
    }

    /** Of these alone, where all are too many for a note. */
    List<NotedRow> after(List<Member> members) {
        Map<RowId, List<StoredRow>> found =
                CurrentRows.find(members.stream().map(Member::sought).toList(), tables, rows);
        Set<String> claimed = new HashSet<>();
        List<NotedRow> noted = new ArrayList<>();
        for (Member each : members) {
            RowId id = each.sought();
            List<String> columns = columns(id.table());
            for (int i = 0; i < each.times(); i++) {
                noted.add(new NotedRow(
                        id.table().schema(),
                        id.table().name(),
                        !each.row().key().isEmpty(),
                        id.columns(),
                        id.fields(),
                        columns,
                        Optional.ofNullable(before.get(id)),
                        written(each, found.getOrDefault(id, List.of()), claimed)
                                .map(row -> NotedRow.digests(row.fields(columns))),
                        List.copyOf(plan.later().getOrDefault(each, Set.of()))));
            }
        }
        return noted;
    }

    /** Without a key: a row with all of its values, and each for one alone. */
    private Optional<StoredRow> written(Member member, List<StoredRow> found, Set<String> claimed) {
        if (!member.row().key().isEmpty()) {
            return found.stream().findFirst();
        }
        List<String> common = RowClosure.common(
                member.row(), tables.find(member.row().table()).orElseThrow());
        return found.stream()
                .filter(each -> each.fields(common).equals(member.row().fields(common)))
                .filter(each -> claimed.add(each.table() + CurrentRows.place(each)))
                .findFirst();
    }

    private List<String> columns(TableRef table) {
        return tables.find(table).orElseThrow().columns();
    }
}

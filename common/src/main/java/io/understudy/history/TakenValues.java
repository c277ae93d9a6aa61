package io.understudy.history;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Sql;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finds rows that have what only one row may have, and that a row which is to be written would have too. The database
 * compares, as its index does: by the same expressions, operators and collations.
 */
final class TakenValues {
    private static final int AT_ONCE = 200;
    /** No site names its columns so. */
    private static final String NUMBER = "understudy_number";

    private static final String BEFORE = "understudy_before";

    private final LiveTable table;
    private final UniqueRule rule;
    private final List<Member> members;
    private final Set<String> generated;

    /** @param members that are to be written, all of this table */
    TakenValues(LiveTable table, UniqueRule rule, List<Member> members) {
        this.table = table;
        this.rule = rule;
        this.generated = table.unique().columns().stream()
                .filter(each -> each.generated().isPresent())
                .map(UniqueRules.Column::name)
                .collect(Collectors.toSet());
        this.members = members.stream().filter(this::isKnown).toList();
    }

    /** What defaults give to columns that are newer than the snapshot is not known before. */
    private boolean isKnown(Member member) {
        List<String> has = member.row().columns();
        boolean counts = rule.columns().stream().anyMatch(generated::contains);
        return counts
                ? has.containsAll(table.columns())
                : rule.columns().stream().allMatch(has::contains);
    }

    /**
     * Blocks the rows whose values another one has: of the database, or one of those before them.
     *
     * @throws UnderstudyException where the database cannot compare them
     */
    void block(LiveRows rows) {
        for (int from = 0; from < members.size(); from += AT_ONCE) {
            List<Member> some = members.subList(from, Math.min(members.size(), from + AT_ONCE));
            List<String> shown = shown(some.get(0));
            List<String> columns = new ArrayList<>(List.of(NUMBER));
            columns.addAll(shown);
            for (StoredRow found : rows.taken(table.ref(), stored(some, columns, shown), columns)) {
                Member member = some.get(Integer.parseInt(found.fields().get(0)));
                List<String> key = member.row().key();
                if (key.isEmpty() || !found.fields(key).equals(member.row().fields(key))) {
                    member.blockedBy("another row (" + RowId.text(shown, found.fields(shown)) + ") has " + its());
                }
            }
        }
        List<Member> left =
                members.stream().filter(each -> each.obstacle().isEmpty()).toList();
        for (int from = 0; left.size() > 1 && from < left.size(); from += AT_ONCE) {
            blockAmong(rows, left, from);
        }
    }

    private void blockAmong(LiveRows rows, List<Member> left, int from) {
        List<Member> some = left.subList(from, Math.min(left.size(), from + AT_ONCE));
        List<String> columns = List.of(NUMBER, BEFORE);
        for (int before = 0; before <= from; before += AT_ONCE) {
            List<Member> others = left.subList(before, Math.min(left.size(), before + AT_ONCE));
            for (StoredRow found : rows.taken(table.ref(), among(some, others, columns), columns)) {
                Member member = some.get(Integer.parseInt(found.fields().get(0)));
                Member other = others.get(Integer.parseInt(found.fields().get(1)));
                if (left.indexOf(other) < left.indexOf(member)
                        && other.obstacle().isEmpty()) {
                    member.blockedBy("another row that comes back, " + other.id() + ", has " + its());
                }
            }
        }
    }

    private String its() {
        return (rule.excludes() ? "" : "its ") + rule.text();
    }

    /** What a person sees of a row that has the values. */
    private List<String> shown(Member member) {
        Set<String> shown = new LinkedHashSet<>(rule.columns());
        shown.addAll(member.row().key());
        return List.copyOf(shown);
    }

    private String stored(List<Member> some, List<String> columns, List<String> shown) {
        String existing = "SELECT " + rule.selected() + ", " + names(shown) + " FROM ONLY "
                + table.ref().qualified() + rule.where();
        return "SELECT " + LiveRows.texts("", columns) + " FROM (" + candidates(some, NUMBER) + ") AS c JOIN ("
                + existing + ") AS r ON " + rule.same();
    }

    private String among(List<Member> some, List<Member> others, List<String> columns) {
        return "SELECT " + LiveRows.texts("", columns) + " FROM (" + candidates(some, NUMBER) + ") AS c JOIN ("
                + candidates(others, BEFORE) + ") AS r ON " + rule.same();
    }

    /** The rows as they would be, in the types of the table. */
    private String candidates(List<Member> some, String number) {
        String rows = IntStream.range(0, some.size())
                .mapToObj(i -> "(" + i + ", ROW(" + values(some.get(i)) + ")::"
                        + table.ref().qualified() + ")")
                .collect(Collectors.joining(", "));
        String given = "SELECT x.number AS " + number
                + table.columns().stream()
                        .map(each -> ", (x.given)." + Sql.identifier(each) + " AS " + Sql.identifier(each))
                        .collect(Collectors.joining())
                + " FROM (VALUES " + rows + ") AS x(number, given)";
        String counted = "SELECT *"
                + table.unique().columns().stream()
                        .filter(each -> rule.columns().contains(each.name()))
                        .flatMap(each ->
                                each
                                        .generated()
                                        .map(how -> ", (" + how + ") AS " + Sql.identifier(each.name()))
                                        .stream())
                        .collect(Collectors.joining())
                + " FROM (" + given + ") AS given";
        return "SELECT " + number + ", " + rule.selected() + " FROM (" + counted + ") AS counted" + rule.where();
    }

    private String values(Member member) {
        Optional<StoredRow> live = member.live();
        return table.unique().columns().stream()
                .map(UniqueRules.Column::name)
                .map(each -> {
                    // What the database alone counts stays as it is.
                    StoredRow from =
                            live.filter(row -> table.always().contains(each)).orElse(member.row());
                    return generated.contains(each)
                            ? "NULL"
                            : RestoreScript.literal(from.fields(List.of(each)).get(0));
                })
                .collect(Collectors.joining(", "));
    }

    private static String names(List<String> columns) {
        return columns.stream().map(Sql::identifier).collect(Collectors.joining(", "));
    }
}

package io.understudy.history;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What only one row of a table may have: a unique constraint or index, also of a part of the rows or of expressions, or
 * an exclusion constraint. A deferrable one is checked at the end of a transaction, but checked it is.
 *
 * @param name of the index
 * @param excludes whether it is an exclusion: then rows must not overlap, as its operators say
 * @param columns that it reads, of the key and of the condition
 * @param parts of the key, in their order
 * @param condition which rows it holds for; empty: for all
 * @param nullsEqual whether two nulls are the same value
 * @param deferrable whether the database looks at it by a trigger of its own, which does not run for a replica
 */
record UniqueRule(
        String name,
        boolean excludes,
        List<String> columns,
        List<Part> parts,
        Optional<String> condition,
        boolean nullsEqual,
        boolean deferrable) {
    /** Of failures: of a unique index, and of an exclusion. */
    static final Set<String> TAKEN = Set.of("23505", "23P01");

    /** No site names its columns so. */
    private static final String PART = "understudy_part_";

    UniqueRule {
        columns = List.copyOf(columns);
        parts = List.copyOf(parts);
    }

    /**
     * @param expression in SQL, with names of columns alone
     * @param operator in SQL, by which two rows have the same
     * @param collation in SQL, of the comparison; may be empty
     */
    record Part(String expression, String operator, String collation) {}

    /** The parts of the key of rows, in SQL. */
    String selected() {
        return IntStream.range(0, parts.size())
                .mapToObj(i -> "(" + parts.get(i).expression() + ") AS " + PART + i)
                .collect(Collectors.joining(", "));
    }

    /** Which rows it holds for, in SQL; may be empty. */
    String where() {
        return condition.map(" WHERE "::concat).orElse("");
    }

    /** Whether {@code c} and {@code r} have the same {@link #selected}, in SQL. */
    String same() {
        return IntStream.range(0, parts.size())
                .mapToObj(i -> {
                    String mine = "c." + PART + i;
                    String other = "r." + PART + i;
                    String same = mine + " " + parts.get(i).operator() + " " + other
                            + parts.get(i).collation();
                    return nullsEqual ? "(" + same + " OR " + mine + " IS NULL AND " + other + " IS NULL)" : same;
                })
                .collect(Collectors.joining(" AND "));
    }

    /** Counts the rows that have what the row at this place has. */
    String others(TableRef table, String place) {
        return "SELECT count(*) FROM " + rows(table, "= '" + place + "'") + " AS c JOIN "
                + rows(table, "<> '" + place + "'") + " AS r ON " + same();
    }

    /** Whether any row of these has what another row has, in SQL. @param which rows, a condition in SQL */
    String doubled(TableRef table, String which) {
        return "EXISTS (SELECT FROM " + placed(table, " WHERE " + which) + " AS c JOIN " + placed(table, "")
                + " AS r ON c.understudy_place <> r.understudy_place AND " + same() + ")";
    }

    private String placed(TableRef table, String which) {
        return "(SELECT understudy_place, " + selected() + " FROM (SELECT ctid AS understudy_place, * FROM ONLY "
                + table.qualified() + which + ") AS each" + where() + ")";
    }

    private String rows(TableRef table, String place) {
        return "(SELECT " + selected() + " FROM (SELECT * FROM ONLY " + table.qualified() + " WHERE ctid " + place
                + ") AS each" + where() + ")";
    }

    /** What it is that another row has. */
    String text() {
        if (excludes) {
            return "what constraint " + name + " lets one row alone have";
        }
        String values = String.join(
                ", ", parts.stream().map(each -> plain(each.expression())).toList());
        return values + condition.map(each -> " (where " + each + ")").orElse("");
    }

    private static String plain(String expression) {
        return expression.matches("\"[^\"]+\"") ? expression.substring(1, expression.length() - 1) : expression;
    }
}

package io.understudy.history;

import java.util.List;
import java.util.Optional;

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
 */
record UniqueRule(
        String name,
        boolean excludes,
        List<String> columns,
        List<Part> parts,
        Optional<String> condition,
        boolean nullsEqual) {
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

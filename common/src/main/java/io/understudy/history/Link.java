package io.understudy.history;

import java.util.List;

/**
 * Columns of one table that name a row of another: a foreign key, or one of {@code history.links}.
 *
 * @param from the table with those columns
 * @param to the table of the other rows; the partitions of one that is partitioned
 * @param same by what the database compares the two: a condition for each column, of the row {@code f} that refers and
 *     of the other one, {@code p}; none where it does not compare them
 * @param byText whether values are equal where their text is and nowhere else, by the types of the columns
 * @param enforced whether the database refuses a row whose other row is missing
 * @param deferrable whether it may come later in the same transaction
 */
record Link(
        String name,
        TableRef from,
        List<String> fromColumns,
        List<TableRef> to,
        List<String> toColumns,
        List<String> same,
        boolean byText,
        boolean enforced,
        boolean deferrable) {
    Link {
        fromColumns = List.copyOf(fromColumns);
        to = List.copyOf(to);
        toColumns = List.copyOf(toColumns);
        same = List.copyOf(same);
    }

    /** {@code same}, of all columns; of foreign keys. */
    List<String> comparison() {
        if (same.size() != fromColumns.size()) {
            throw new IllegalStateException("foreign key " + name + " has a column without an operator");
        }
        return same;
    }
}

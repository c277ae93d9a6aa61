package io.understudy.history;

import io.understudy.postgres.Sql;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A column whose values a sequence gives: serial, identity, or a default of {@code nextval} alone.
 *
 * @param schema of the sequence
 * @param sequence its name
 * @param increment below 0 where it counts down
 * @param last the furthest value that it gives
 * @param cycles whether it begins again then: so it gives numbers that rows have anyway
 * @param cached how many values a session takes at once
 * @param allowed whether the session's user may read and move it
 */
record NumberedColumn(
        String column,
        String schema,
        String sequence,
        long increment,
        long last,
        boolean cycles,
        long cached,
        boolean allowed) {
    /** More numbers than others can draw between two steps of one statement. */
    private static final long DRAWN = 1_000_000;

    String name() {
        return schema + "." + sequence;
    }

    /** Of these values the furthest one that it could have given; others are no whole numbers. */
    Optional<Long> furthest(Stream<String> values) {
        return values.flatMap(each -> number(each).stream()).max(inDirection());
    }

    /** The further of two is the greater one. */
    Comparator<Long> inDirection() {
        return increment > 0 ? Comparator.naturalOrder() : Comparator.reverseOrder();
    }

    private static Optional<Long> number(String value) {
        try {
            return value == null || value.length() > 40
                    ? Optional.empty()
                    : Optional.of(new BigDecimal(value).longValueExact());
        } catch (NumberFormatException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    /** Whether it has no number left behind this one. */
    boolean endsAt(long value) {
        BigDecimal next = BigDecimal.valueOf(value).add(BigDecimal.valueOf(increment));
        int beyond = next.compareTo(BigDecimal.valueOf(last));
        return increment > 0 ? beyond > 0 : beyond < 0;
    }

    /** The last number that it gave, or the one before its first. */
    String given() {
        return "SELECT CASE WHEN is_called THEN last_value::numeric ELSE last_value::numeric - (" + increment
                + ") END FROM " + Sql.qualified(schema, sequence);
    }

    /**
     * Moves it on to a number, never back: others draw from it at the same time, and {@code setval} would put it back
     * behind them. So the numbers are drawn. Where they are more than {@value #DRAWN} it is set: what others draw
     * between the two steps is far less.
     */
    String move(long to) {
        String name = Sql.literal(Sql.qualified(schema, sequence));
        String behind = increment > 0 ? "given < " + to : "given > " + to;
        // In whole steps: where two servers number in turn, one has the odd numbers.
        String steps = "pg_catalog.ceil((" + to + " - given) / (" + increment + "))";
        String block = "DECLARE given numeric := (" + given() + "); BEGIN IF " + steps + " > " + DRAWN
                + " THEN PERFORM pg_catalog.setval(" + name + ", (given + " + steps + " * (" + increment
                + "))::bigint); ELSE WHILE " + behind + " LOOP given := pg_catalog.nextval(" + name
                + "); END LOOP; END IF; END";
        return "DO " + Sql.literal(block);
    }
}

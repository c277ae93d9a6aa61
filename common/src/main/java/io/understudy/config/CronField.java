package io.understudy.config;

import java.util.BitSet;
import java.util.List;

/** What may stand in a field of a cron expression: numbers, names, ranges and steps, in a list. */
enum CronField {
    MINUTE("minute", 0, 59, List.of()),
    HOUR("hour", 0, 23, List.of()),
    DAY("day of the month", 1, 31, List.of()),
    MONTH("month", 1, 12, List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    /** Sunday is 0 and 7. */
    WEEKDAY("day of the week", 0, 7, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat"));

    private static final int LONGEST = 4;

    private final String label;
    private final int low;
    private final int high;
    private final List<String> names;

    CronField(String label, int low, int high, List<String> names) {
        this.label = label;
        this.low = low;
        this.high = high;
        this.names = names;
    }

    /** @throws IllegalArgumentException what is wrong with it */
    BitSet read(String list) {
        BitSet values = new BitSet(high + 1);
        for (String item : list.split(",", -1)) {
            add(item, values);
        }
        return values;
    }

    /** @param item as {@code 5}, {@code 1-5}, {@code *}, {@code 8-18/2} */
    void add(String item, BitSet values) {
        String[] parts = item.split("/", -1);
        String[] range = parts[0].split("-", -1);
        if (parts.length > 2 || range.length > 2) {
            throw wrong(item);
        }
        boolean all = parts[0].equals("*");
        int first = all ? low : number(range[0]);
        int last = all ? high(item) : range.length == 2 ? end(range[1], first) : parts.length == 2 ? high(item) : first;
        int step = parts.length == 2 ? step(parts[1]) : 1;
        if (last < first) {
            throw new IllegalArgumentException("the " + label + " \"" + item + "\" ends before it begins");
        }
        for (int value = first; value <= last; value += step) {
            values.set(value);
        }
    }

    /** A number or a name. */
    int number(String text) {
        int named = names.indexOf(text);
        if (named >= 0) {
            return named + low;
        }
        int value = digits(text);
        if (value < low || value > high) {
            throw new IllegalArgumentException("the " + label + " is " + low + " to " + high + ", not " + text);
        }
        return value;
    }

    /** Sunday ends a range that does not begin with it. */
    private int end(String text, int first) {
        int value = number(text);
        return this == WEEKDAY && value == 0 && first > 0 ? high : value;
    }

    /** Steps count from 0 to 6 only, or Sunday would come twice. */
    private int high(String item) {
        return this == WEEKDAY && item.startsWith("*") ? high - 1 : high;
    }

    private int step(String text) {
        int step = digits(text);
        if (step < 1 || step > high) {
            throw new IllegalArgumentException("a step of the " + label + " is 1 to " + high + ", not " + text);
        }
        return step;
    }

    private int digits(String text) {
        if (text.isEmpty() || text.length() > LONGEST || !text.chars().allMatch(sign -> sign >= '0' && sign <= '9')) {
            throw wrong(text);
        }
        return Integer.parseInt(text);
    }

    private IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException("the " + label + " cannot be \"" + text + "\"");
    }
}

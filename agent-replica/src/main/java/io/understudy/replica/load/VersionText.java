package io.understudy.replica.load;

import java.math.BigInteger;

/**
 * Compares versions of extensions, which PostgreSQL itself does not order: by their numbers one after the other, then
 * as text.
 */
final class VersionText {
    private static final String BETWEEN = "\\D+";

    private VersionText() {}

    /** Negative when {@code left} is older. */
    static int compare(String left, String right) {
        String[] a = left.replaceFirst("^" + BETWEEN, "").split(BETWEEN);
        String[] b = right.replaceFirst("^" + BETWEEN, "").split(BETWEEN);
        for (int i = 0; i < Math.max(a.length, b.length); i++) {
            int order = number(a, i).compareTo(number(b, i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static BigInteger number(String[] parts, int place) {
        return place < parts.length && !parts[place].isEmpty() ? new BigInteger(parts[place]) : BigInteger.ZERO;
    }
}

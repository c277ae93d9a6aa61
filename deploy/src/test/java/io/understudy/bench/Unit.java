package io.understudy.bench;

import java.util.Locale;

/** How a measured value is printed. */
enum Unit {
    SECONDS("s", 2, 1),
    MILLISECONDS("ms", 0, 1e-3),
    ROWS("rows", 0, 1),
    KILOBYTES("kB", 0, 1e3),
    MEBIBYTES("MiB", 1, 1 << 20);

    private final String symbol;
    private final int digits;
    private final double size;

    Unit(String symbol, int digits, double size) {
        this.symbol = symbol;
        this.digits = digits;
        this.size = size;
    }

    /** @param value in seconds, bytes or rows */
    String of(double value) {
        return String.format(Locale.ROOT, "%." + digits + "f %s", value / size, symbol);
    }

    /** The median, and from the least to the most where there are several. */
    String of(Sample sample) {
        String median = of(sample.median());
        return sample.values().size() == 1
                ? median
                : median + " (" + number(sample.least()) + "–" + number(sample.most()) + ")";
    }

    private String number(double value) {
        return String.format(Locale.ROOT, "%." + digits + "f", value / size);
    }
}

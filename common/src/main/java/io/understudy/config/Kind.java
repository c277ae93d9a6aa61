package io.understudy.config;

import java.math.BigDecimal;
import java.util.List;

/**
 * What may stand as the value of a key.
 *
 * @param name as the reference shows it
 * @param range limits as the reference shows them; empty when the name says it all
 * @param choices the only words allowed; empty when any are
 * @param low,high inclusive limits of numbers, of durations in milliseconds, of sizes in bytes, and of decimal numbers
 *     in thousandths
 */
public record Kind(String name, String range, List<String> choices, long low, long high) {
    static final Kind TEXT = of("text", "");
    static final Kind SECRET = of("secret", "");
    static final Kind NAME = of("name", "a-z, 0-9, `_`, `-`; up to 63");
    static final Kind PATH = of("absolute path", "");
    static final Kind PATHS = of("list of absolute paths", "");
    static final Kind TEXTS = of("list", "");
    static final Kind BOOLEAN = of("yes or no", "");
    static final Kind INTEGER = of("number", "");
    static final Kind DECIMAL = of("decimal number", "");
    static final Kind PERCENT = of("percent", "0% to 100%");
    static final Kind SIZE = of("size", "");
    static final Kind DURATION = of("duration", "");
    static final Kind DURATION_OR_NOT = of("yes, no or duration", "");
    static final Kind AGE = of("age", "`18 months`, `90 days`, `2 weeks`, `1 year`");
    static final Kind ZONE = of("time zone", "`Europe/Amsterdam`");
    static final Kind TIME_OF_DAY = of("time of day", "`08:00`");
    static final Kind WINDOW = of("part of the day", "`22:00-06:00`");
    static final Kind RULE = of("the keys of `retention`", "");
    static final Kind CHOICE = of("choice", "");
    static final Kind JDBC_URL = of("jdbc:postgresql://host:port/database", "");
    static final Kind STORE_URL = of("URL", "`file`, `s3`, `sftp`");
    static final Kind BUCKET_URL = of("URL", "`s3`");
    static final Kind HTTP_URL = of("URL", "`http`, `https`");
    static final Kind HOST_PORT = of("host:port", "");
    static final Kind HTTP_LISTEN = of("host:port or off", "");
    static final Kind HOST_PORTS = of("list of host:port", "");
    static final Kind SCHEDULE = of("map of period to cron", "");
    static final Kind PLACES = of("map of tree to absolute path", "");
    static final Kind REPLACEMENTS = of("map of text to text", "");
    static final Kind COUNTS = of("map of period to count", "");

    private static Kind of(String name, String range) {
        return new Kind(name, range, List.of(), 0, 0);
    }

    Kind in(long low, long high) {
        return new Kind(name, low + " to " + high, choices, low, high);
    }

    Kind in(double low, double high) {
        return new Kind(
                name, text(low) + " to " + text(high), choices, Math.round(low * 1000), Math.round(high * 1000));
    }

    private static String text(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    Kind within(String least, String most) {
        return new Kind(name, least + " to " + most, choices, Sizes.parse(least), Sizes.parse(most));
    }

    Kind between(String shortest, String longest) {
        long low = Durations.parse(shortest).toMillis();
        return new Kind(
                name,
                shortest + " to " + longest,
                choices,
                low,
                Durations.parse(longest).toMillis());
    }

    Kind of(String... words) {
        return new Kind(name, "`" + String.join("`, `", words) + "`", List.of(words), low, high);
    }
}

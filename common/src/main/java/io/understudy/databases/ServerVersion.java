package io.understudy.databases;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server says it is.
 *
 * @param version as {@code 10.11.6-MariaDB} or {@code 8.4.3}
 * @param comment who built it: {@code MySQL Community Server - GPL}; may be empty
 */
record ServerVersion(String version, String comment) {
    static final String QUERY = "SELECT VERSION(); SELECT @@version_comment";

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\D.*");
    private static final long SMALL_PACKET = 64 << 20;

    /** @param said the answer to {@link #QUERY}, line by line */
    static ServerVersion of(List<String> said) {
        return new ServerVersion(said.isEmpty() ? "?" : said.get(0), said.size() < 2 ? "" : said.get(1));
    }

    boolean isMariadb() {
        return namesMariadb(version) || namesMariadb(comment);
    }

    static boolean namesMariadb(String text) {
        return text.toLowerCase(Locale.ROOT).contains("mariadb");
    }

    /** The first two; empty: the version does not begin with them. */
    static Optional<int[]> numbers(String version) {
        Matcher numbers = NUMBERS.matcher(version + " ");
        return numbers.matches()
                ? Optional.of(new int[] {Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2))})
                : Optional.empty();
    }

    static boolean isOlder(int[] numbers, int major, int minor) {
        return numbers[0] < major || numbers[0] == major && numbers[1] < minor;
    }

    /**
     * A row that is larger can't be loaded.
     *
     * @param allowed the server's {@code max_allowed_packet}, in bytes
     * @return for people, after what the server is; empty where it is enough
     */
    static String packets(String allowed) {
        long bytes = Long.parseLong(allowed);
        return bytes >= SMALL_PACKET
                ? ""
                : "; its max_allowed_packet is " + (bytes >> 10) + " KiB: a standby with 64M or more loads larger rows";
    }

    /** For people. */
    @Override
    public String toString() {
        return comment.isEmpty() ? version : version + " (" + comment + ")";
    }
}

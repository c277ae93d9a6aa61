package io.understudy.databases;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a MariaDB server must be, and should be, to hold a standby's database. */
final class MariadbVersion {
    /** Its number, and who built it: {@code MySQL Community Server - GPL}. */
    static final String QUERY = "SELECT VERSION(); SELECT @@version_comment";

    private static final String NAME = "mariadb";
    private static final String OLDEST = "10.6";
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\D.*");
    private static final long SMALL_PACKET = 64 << 20;

    private MariadbVersion() {}

    /**
     * MySQL numbers its versions otherwise, and what its server does with these statements is not known.
     *
     * @param said the answer to {@link #QUERY}, line by line
     * @return the version, as {@code 10.11.6-MariaDB}
     * @throws UnderstudyException {@code CONFIG_INVALID} where the server does not call itself MariaDB
     */
    static String requireMariadb(List<String> said) {
        String version = said.isEmpty() ? "?" : said.get(0);
        if (said.stream().noneMatch(line -> line.toLowerCase(Locale.ROOT).contains(NAME))) {
            String comment = said.size() < 2 ? "" : " (" + said.get(1) + ")";
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "the preset mariadb is for MariaDB, and this server is " + version + comment
                            + ", as MySQL and its relatives name themselves",
                    "leave preset out and set commands of your own for it (databases[].dump, restore, swap, undo,"
                            + " drop): the page \"Other databases\" has those for MySQL 8");
        }
        return version;
    }

    /** Older ones leave a {@code RENAME TABLE} half done in a crash. */
    static void requireAtomicRename(String version) {
        Matcher numbers = NUMBERS.matcher(version + " ");
        String[] oldest = OLDEST.split("\\.");
        if (!numbers.matches()) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FAILED,
                    "cannot make schemas live on MariaDB " + version + ": its version is no number",
                    "a standby needs MariaDB " + OLDEST + " or later");
        }
        int major = Integer.parseInt(numbers.group(1)) - Integer.parseInt(oldest[0]);
        if (major < 0 || major == 0 && Integer.parseInt(numbers.group(2)) < Integer.parseInt(oldest[1])) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FAILED,
                    "cannot make schemas live on MariaDB " + version + ": it is older than " + OLDEST
                            + ", whose RENAME TABLE a crash leaves done or not done",
                    "upgrade it to MariaDB " + OLDEST + " or later");
        }
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
}

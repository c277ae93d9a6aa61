package io.understudy.databases;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;

/** What a MariaDB server must be, and should be, to hold a standby's database. */
final class MariadbVersion {
    private static final String OLDEST = "10.6";
    private static final long SMALL_PACKET = 64 << 20;

    private MariadbVersion() {}

    /** Older ones leave a {@code RENAME TABLE} half done in a crash. */
    static void requireAtomicRename(String version) {
        String[] numbers = version.split("[.-]");
        String[] oldest = OLDEST.split("\\.");
        int major = Integer.parseInt(numbers[0]) - Integer.parseInt(oldest[0]);
        if (major < 0 || major == 0 && Integer.parseInt(numbers[1]) < Integer.parseInt(oldest[1])) {
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

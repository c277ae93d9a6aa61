package io.understudy.replica.load;

import java.util.Set;

/**
 * One line of an archive's table of contents, as {@code pg_restore --list} prints it:
 * {@code 3386; 0 16389 TABLE DATA public t postgres}.
 *
 * @param what what it is, and of what: {@code TABLE DATA public t postgres}
 */
record ArchiveEntry(String line, String what) {
    private static final String ROWS = "TABLE DATA ";

    static ArchiveEntry of(String line) {
        return new ArchiveEntry(line, line.replaceFirst("^\\d+; \\d+ \\d+ ", ""));
    }

    boolean isRows() {
        return what.startsWith(ROWS);
    }

    boolean isSequence() {
        return what.startsWith("SEQUENCE SET ");
    }

    /** @param tables {@code public t}; where names hold spaces, one may be taken for another */
    boolean isRowsOf(Set<String> tables) {
        String rest = isRows() ? name() : "";
        for (int end = rest.indexOf(' '); end >= 0; end = rest.indexOf(' ', end + 1)) {
            if (tables.contains(rest.substring(0, end))) {
                return true;
            }
        }
        return false;
    }

    /** Whether its names can be compared: pg_restore prints them in the archive's encoding. */
    boolean isPlain() {
        return what.chars().allMatch(character -> character < 0x7f);
    }

    /** {@code public t postgres}: what messages call rows of the archive. */
    String name() {
        return what.substring(ROWS.length());
    }
}

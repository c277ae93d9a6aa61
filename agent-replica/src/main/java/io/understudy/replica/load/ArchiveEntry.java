package io.understudy.replica.load;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One line of an archive's table of contents, as {@code pg_restore --list} prints it:
 * {@code 3386; 0 16389 TABLE DATA public t postgres}.
 *
 * @param what what it is, and of what: {@code TABLE DATA public t postgres}
 */
record ArchiveEntry(String line, String what) {
    private static final List<String> BEFORE_CONSTRAINTS =
            List.of("INDEX ", "CONSTRAINT ", "STATISTICS ", "RULE ", "TRIGGER ");
    private static final String ROWS = "TABLE DATA ";
    /** Of a schema and a table, with the blank between: PostgreSQL's names have 63 bytes at most. */
    private static final int LONGEST_NAME = 127;

    static ArchiveEntry of(String line) {
        return new ArchiveEntry(line, line.replaceFirst("^\\d+; \\d+ \\d+ ", ""));
    }

    boolean isRows() {
        return what.startsWith(ROWS);
    }

    /** One that PostgreSQL checks by running what it names on rows: also those of domains. */
    boolean isConstraintOnRows() {
        return what.startsWith("CHECK CONSTRAINT ") || what.startsWith("FK CONSTRAINT ");
    }

    /** Whether it says something of the entry before it. */
    boolean isAbout() {
        return what.startsWith("COMMENT ") || what.startsWith("SECURITY LABEL ");
    }

    /** What may come before constraints, and what constraints may need. */
    boolean isIndexOrTrigger() {
        return BEFORE_CONSTRAINTS.stream().anyMatch(what::startsWith);
    }

    /**
     * Who of these owns it: the list ends with the owner's name.
     *
     * @param owners names of roles
     */
    Optional<String> owner(Collection<String> owners) {
        return owners.stream().filter(owner -> what.endsWith(" " + owner)).max(Comparator.comparingInt(String::length));
    }

    /** One that makes a large object, fills it, or says something of it. */
    boolean isOfLargeObjects() {
        return what.startsWith("BLOB") || what.matches("[A-Z ]+ - LARGE OBJECTS? .*");
    }

    boolean isSequence() {
        return what.startsWith("SEQUENCE SET ");
    }

    /** @param tables {@code public t}; where names hold spaces, one may be taken for another */
    boolean isRowsOf(Set<String> tables) {
        String rest = isRows() ? name() : "";
        for (int end = rest.indexOf(' '); end >= 0 && end <= LONGEST_NAME; end = rest.indexOf(' ', end + 1)) {
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

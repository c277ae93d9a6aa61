package io.understudy.files;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What a file carries in addition to its content.
 *
 * @param mode the twelve bits that {@code chmod} sets; those of a link mean nothing
 * @param modified as {@link #settable}
 * @param owner,group names, or numbers where the source had no name for them
 */
public record Attributes(int mode, Instant modified, String owner, String group) {
    private static final long LAST_SECOND = Long.MAX_VALUE / 1_000_000_000 - 1;

    public Attributes {
        if ((mode & ~07777) != 0 || owner.isEmpty() || group.isEmpty()) {
            throw new IllegalArgumentException("not a file's attributes: " + Integer.toOctalString(mode));
        }
    }

    public static Attributes of(FileStat stat, Path sample, Accounts accounts) throws java.io.IOException {
        boolean link = stat.type() == FileStat.Type.LINK;
        return new Attributes(
                link ? 0777 : stat.permissions(),
                settable(stat.modified(), link),
                accounts.user(stat, sample),
                accounts.group(stat, sample));
    }

    public Attributes withMode(int other) {
        return new Attributes(other, modified, owner, group);
    }

    /**
     * The nearest time that Java 17 can give to a file: nanoseconds from 1970 to 2262, whole seconds before, and
     * microseconds for a link. Recording this one makes what is restored equal to what is recorded.
     */
    static Instant settable(Instant time, boolean link) {
        if (time.getEpochSecond() < 0) {
            return Instant.ofEpochSecond(Math.max(time.getEpochSecond(), -LAST_SECOND));
        }
        if (time.getEpochSecond() > LAST_SECOND) {
            return Instant.ofEpochSecond(LAST_SECOND);
        }
        return link ? time.truncatedTo(ChronoUnit.MICROS) : time;
    }
}

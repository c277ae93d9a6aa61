package io.understudy.exchange;

import io.understudy.files.FileStat;
import io.understudy.files.TreeEntry;
import java.time.Instant;

/**
 * When this process staged the files of an apply. What it wrote it had checked, so it need not read it again when the
 * same apply is prepared once more; what lies there from an earlier process may have gone bad.
 *
 * @param apply its name
 * @param from when it began, by the clock of the file system too
 * @param until when it ended
 */
public record OwnStaging(String apply, Instant from, Instant until) {
    /**
     * Whether no other process changed it since: no program can set when a file was changed.
     *
     * @param file what is to be there
     */
    boolean wrote(FileStat stat, TreeEntry.File file) {
        return stat.size() == file.size()
                && stat.modified().equals(file.attributes().modified())
                && !stat.changed().isBefore(from)
                && !stat.changed().isAfter(until);
    }
}

package io.understudy.primary.quiesce;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Copies that take no room: they share the content of their originals until either is written. */
public interface Reflinks {
    /** Where there are none. */
    Reflinks NONE = (entries, folder, limit) -> false;

    /**
     * Copies entries with all that is beneath them into a folder, as they are: modes, owners, times, links.
     *
     * @param limit after which it is given up
     * @return whether that was complete; else the file system has no such copies, or something cannot be copied so, and
     *     the folder may hold some of it
     * @throws io.understudy.failure.UnderstudyException {@code CANCELLED}
     */
    boolean copy(List<Path> entries, Path folder, Duration limit);
}

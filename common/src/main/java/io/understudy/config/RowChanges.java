package io.understudy.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a standby has otherwise in its database.
 *
 * @param afterLoad file of SQL that runs in each database that was loaded, before it can become live
 * @param limit how long all of it may take; 1 s to 1 d, default 10 min
 * @param protect rows that it keeps
 * @param maintenance statement that changes rows exactly where they say that the site is in maintenance mode
 */
public record RowChanges(
        Optional<Path> afterLoad, Duration limit, List<ProtectedRows> protect, Optional<String> maintenance) {
    public static final RowChanges NONE = new RowChanges(Optional.empty(), Duration.ofMinutes(10), List.of());

    /** Of a site without a maintenance mode. */
    public RowChanges(Optional<Path> afterLoad, Duration limit, List<ProtectedRows> protect) {
        this(afterLoad, limit, protect, Optional.empty());
    }

    public RowChanges {
        protect = List.copyOf(protect);
    }

    /** Whether it has everything as the snapshot. */
    public boolean isEmpty() {
        return afterLoad.isEmpty() && protect.isEmpty() && maintenance.isEmpty();
    }
}

package io.understudy.config;

import java.util.List;
import java.util.Optional;

/**
 * What a standby makes otherwise than the snapshot says.
 *
 * @param rewrite in its copies of trees, in order
 * @param rows in its database
 * @param maintenance a file that it leaves out: the site was in maintenance mode when the snapshot was taken
 */
public record StandbyChanges(List<RewriteRule> rewrite, RowChanges rows, Optional<MaintenanceFile> maintenance) {
    public static final StandbyChanges NONE = new StandbyChanges(List.of(), RowChanges.NONE, Optional.empty());

    public StandbyChanges {
        rewrite = List.copyOf(rewrite);
    }
}

package io.understudy.config;

import java.util.List;

/**
 * What a standby makes otherwise than the snapshot says.
 *
 * @param rewrite in its copies of trees, in order
 * @param rows in its database
 */
public record StandbyChanges(List<RewriteRule> rewrite, RowChanges rows) {
    public static final StandbyChanges NONE = new StandbyChanges(List.of(), RowChanges.NONE);

    public StandbyChanges {
        rewrite = List.copyOf(rewrite);
    }
}

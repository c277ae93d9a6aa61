package io.understudy.config;

import java.util.List;

/**
 * What a standby makes otherwise than the snapshot says.
 *
 * @param rewrite in its copies of trees, in order
 */
public record StandbyChanges(List<RewriteRule> rewrite) {
    public static final StandbyChanges NONE = new StandbyChanges(List.of());

    public StandbyChanges {
        rewrite = List.copyOf(rewrite);
    }
}

package io.understudy.replica.rewrite;

import io.understudy.config.RewriteRule;
import io.understudy.config.Settings.TreeSettings;
import java.util.List;

/** What is made otherwise in each tree. Immutable. */
public final class Rewrites {
    public static final Rewrites NONE = new Rewrites(List.of());

    private final List<RewriteRule> rules;

    private Rewrites(List<RewriteRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /** @param rules in order */
    public static Rewrites of(List<RewriteRule> rules) {
        return new Rewrites(rules);
    }

    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /** For one walk of this tree. */
    public TreeRewrite of(TreeSettings tree) {
        return new TreeRewrite(
                tree,
                rules.stream().filter(rule -> rule.tree().equals(tree.name())).toList());
    }
}

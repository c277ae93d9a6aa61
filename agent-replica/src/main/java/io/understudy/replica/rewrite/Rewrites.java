package io.understudy.replica.rewrite;

import io.understudy.config.BucketVariables;
import io.understudy.config.MaintenanceFile;
import io.understudy.config.RewriteRule;
import io.understudy.config.RewriteRule.Replacement;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.config.StandbyChanges;
import io.understudy.files.SafePath;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is made otherwise in each tree. Immutable. */
public final class Rewrites {
    public static final Rewrites NONE = of(List.of());

    private final List<RewriteRule> rules;
    private final Optional<MaintenanceFile> maintenance;

    private Rewrites(List<RewriteRule> rules, Optional<MaintenanceFile> maintenance) {
        this.rules = List.copyOf(rules);
        this.maintenance = maintenance;
    }

    /** @param rules in order */
    public static Rewrites of(List<RewriteRule> rules) {
        return new Rewrites(rules, Optional.empty());
    }

    public static Rewrites of(StandbyChanges changes) {
        return new Rewrites(changes.rewrite(), changes.maintenance());
    }

    /** The same rules with what the variables of buckets stand for. @param values as {@link BucketVariables} */
    public Rewrites with(Map<String, String> values) {
        return values.isEmpty()
                ? this
                : new Rewrites(
                        rules.stream()
                                .map(rule -> new RewriteRule(
                                        rule.number(),
                                        rule.tree(),
                                        rule.path(),
                                        rule.replacements().stream()
                                                .map(each -> new Replacement(
                                                        each.from(), BucketVariables.expand(each.to(), values)))
                                                .toList(),
                                        rule.overlay()))
                                .toList(),
                        maintenance);
    }

    public boolean isEmpty() {
        return rules.isEmpty() && maintenance.isEmpty();
    }

    /** For one walk of this tree. */
    public TreeRewrite of(TreeSettings tree) {
        return new TreeRewrite(
                tree,
                rules.stream().filter(rule -> rule.tree().equals(tree.name())).toList(),
                maintenance.filter(file -> file.tree().equals(tree.name())).map(file -> SafePath.of(file.path())));
    }
}

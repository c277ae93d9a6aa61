package io.understudy.config;

import io.understudy.config.RewriteRule.Replacement;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Excludes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code rewrite}: what a standby makes otherwise in its copies of trees. */
final class RewriteReader {
    private final Values top;
    private final List<TreeSettings> trees;
    private final HostVariables variables;

    RewriteReader(Values top, List<TreeSettings> trees, HostVariables variables) {
        this.top = top;
        this.trees = trees;
        this.variables = variables;
    }

    List<RewriteRule> read() {
        List<RewriteRule> rules = new ArrayList<>();
        for (Values values : top.each("rewrite")) {
            rules.add(rule(values, rules.size() + 1));
        }
        return rules;
    }

    private RewriteRule rule(Values values, int number) {
        values.section().allowOnly(Setting.keysOf("rewrite[]"));
        RewriteRule rule = new RewriteRule(
                number, tree(values), glob(values), replacements(values), values.optionalPath(Setting.REWRITE_OVERLAY));
        if (rule.replacements().isEmpty() && rule.overlay().isEmpty()) {
            values.fault(Setting.REWRITE_REPLACE, "is missing: a rule has replace, from and to, or overlay");
        }
        if (!rule.replacements().isEmpty() && rule.path().isEmpty()) {
            values.fault(Setting.REWRITE_PATH, "is missing: it names the files, such as **/*.conf");
        }
        rule.overlay().ifPresent(overlay -> outsideTrees(values, overlay));
        return rule;
    }

    private String tree(Values values) {
        String name = values.name(Setting.REWRITE_TREE);
        TreeNames.require(
                values,
                Setting.REWRITE_TREE,
                name,
                trees.stream().map(TreeSettings::name).toList());
        return name;
    }

    private static Optional<String> glob(Values values) {
        Optional<String> glob = values.optionalText(Setting.REWRITE_PATH);
        try {
            glob.ifPresent(each -> Excludes.of(List.of(each)));
        } catch (UnderstudyException e) {
            values.fault(Setting.REWRITE_PATH, "is no glob: " + e.getMessage());
        }
        return glob;
    }

    private List<Replacement> replacements(Values values) {
        List<Replacement> all = new ArrayList<>();
        Map<String, String> pairs = values.map(Setting.REWRITE_REPLACE);
        if (pairs.keySet().equals(Set.of(Setting.REWRITE_FROM.key(), Setting.REWRITE_TO.key()))) {
            values.fault(
                    Setting.REWRITE_REPLACE,
                    "holds texts and what takes their place, {old: new}; from and to stand next to it, in the rule");
        }
        pairs.forEach((from, to) -> add(values, Setting.REWRITE_REPLACE, from, to, all));
        Optional<String> from = values.optionalText(Setting.REWRITE_FROM);
        from.ifPresent(text -> add(values, Setting.REWRITE_TO, text, values.text(Setting.REWRITE_TO), all));
        if (from.isEmpty() && values.optionalText(Setting.REWRITE_TO).isPresent()) {
            values.fault(Setting.REWRITE_FROM, "is missing: to takes its place");
        }
        return all;
    }

    private void add(Values values, Setting setting, String from, String to, List<Replacement> all) {
        if (from.isEmpty()) {
            values.fault(setting, "replaces an empty text, which is everywhere");
            return;
        }
        BucketVariables.unknown(to, trees)
                .ifPresent(name -> values.fault(
                        setting,
                        "holds " + name
                                + ", which is no variable: write ${bucket.TREE.name}, prefix or url with a tree of"
                                + " kind bucket"));
        try {
            all.add(new Replacement(from, variables.expand(to)));
        } catch (IllegalArgumentException e) {
            values.fault(setting, "holds " + e.getMessage());
        }
    }

    private void outsideTrees(Values values, Path overlay) {
        trees.stream()
                .filter(tree -> tree.path().getNameCount() > 0 && overlay.startsWith(tree.path()))
                .findFirst()
                .ifPresent(tree -> values.fault(
                        Setting.REWRITE_OVERLAY, "lies in tree " + tree.name() + ": an import would remove it"));
    }
}

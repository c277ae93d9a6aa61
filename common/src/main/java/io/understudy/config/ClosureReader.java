package io.understudy.config;

import io.understudy.config.Settings.TreeSettings;
import java.util.List;

/** Reads {@code closure}: the queries that name the files of a tree. */
final class ClosureReader {
    private ClosureReader() {}

    static List<ClosureRule> read(Values top, List<TreeSettings> trees) {
        List<String> names = trees.stream().map(TreeSettings::name).toList();
        return top.each("closure").stream().map(each -> rule(each, names)).toList();
    }

    private static ClosureRule rule(Values values, List<String> trees) {
        values.section().allowOnly(Setting.keysOf("closure[]"));
        String tree = values.text(Setting.CLOSURE_TREE);
        TreeNames.require(values, Setting.CLOSURE_TREE, tree, trees);
        return new ClosureRule(
                tree,
                HoldsReader.statement(values, Setting.CLOSURE_QUERY, values.text(Setting.CLOSURE_QUERY)),
                values.duration(Setting.CLOSURE_LIMIT));
    }
}

package io.understudy.config;

import java.util.List;

/** Names of trees that other settings refer to. */
final class TreeNames {
    private TreeNames() {}

    /** Notes a fault where a name is given that no tree has. */
    static void require(Values values, Setting setting, String name, List<String> trees) {
        if (!name.isEmpty() && !trees.contains(name)) {
            values.fault(
                    setting,
                    "names no tree: " + name
                            + NearestName.of(name, trees)
                                    .map(other -> " (did you mean " + other + "?)")
                                    .orElse(""));
        }
    }
}

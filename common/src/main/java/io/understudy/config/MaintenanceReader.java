package io.understudy.config;

import io.understudy.config.Settings.TreeSettings;
import java.util.List;
import java.util.Optional;

/** Reads {@code maintenance}: how a snapshot shows that the site was in maintenance mode. */
final class MaintenanceReader {
    private final Values values;
    private final List<String> trees;

    MaintenanceReader(Values top, List<TreeSettings> trees) {
        this.values = top.below("maintenance");
        this.trees = trees.stream().map(TreeSettings::name).toList();
        values.section().allowOnly(Setting.keysOf("maintenance"));
    }

    /** The statement that takes it out of the database. */
    Optional<String> query() {
        return values.optionalText(Setting.MAINTENANCE_QUERY);
    }

    /** The file that is left out. */
    Optional<MaintenanceFile> file() {
        Optional<String> tree = values.optionalText(Setting.MAINTENANCE_TREE);
        Optional<String> path = values.optionalText(Setting.MAINTENANCE_PATH);
        if (tree.isPresent() != path.isPresent()) {
            values.fault(Setting.MAINTENANCE_PATH, "and maintenance.tree are set together");
        }
        tree.ifPresent(name -> TreeNames.require(values, Setting.MAINTENANCE_TREE, name, trees));
        return tree.flatMap(name -> path.map(file -> new MaintenanceFile(name, file)));
    }
}

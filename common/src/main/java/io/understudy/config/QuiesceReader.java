package io.understudy.config;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.files.RawPaths;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code quiesce}: how the site is stopped around the moment of a snapshot. */
final class QuiesceReader {
    private final Values top;
    private final List<String> trees;

    QuiesceReader(Values top, List<TreeSettings> trees) {
        this.top = top;
        this.trees = trees.stream().map(TreeSettings::name).toList();
    }

    /** Empty where there is no such section. */
    Optional<QuiesceSettings> read() {
        if (top.section().child("quiesce").isEmpty()) {
            return Optional.empty();
        }
        Values values = top.below("quiesce");
        values.section().allowOnly(Setting.keysOf("quiesce"));
        QuiesceSettings settings = new QuiesceSettings(
                values.list(Setting.QUIESCE_STOP),
                values.list(Setting.QUIESCE_START),
                values.duration(Setting.QUIESCE_LIMIT),
                values.choice(Setting.QUIESCE_FILES).equals("link"),
                values.list(Setting.QUIESCE_FREEZE),
                values.list(Setting.QUIESCE_THAW),
                frozen(values));
        require(values, Setting.QUIESCE_STOP, settings.stop(), "is missing: the command that stops the site");
        require(values, Setting.QUIESCE_START, settings.start(), "is missing: a site that is stopped must be started");
        if (settings.freeze().isEmpty() != settings.frozen().isEmpty()) {
            values.fault(Setting.QUIESCE_FROZEN, "and quiesce.freeze are set together");
        }
        if (settings.freeze().isEmpty() && !settings.thaw().isEmpty()) {
            values.fault(Setting.QUIESCE_THAW, "is set without quiesce.freeze");
        }
        return Optional.of(settings);
    }

    private static void require(Values values, Setting setting, List<String> command, String problem) {
        if (command.isEmpty()) {
            values.fault(setting, problem);
        }
    }

    private Map<String, Path> frozen(Values values) {
        Map<String, Path> found = new LinkedHashMap<>();
        values.map(Setting.QUIESCE_FROZEN).forEach((tree, text) -> {
            Path path = RawPaths.path(text).normalize();
            if (!path.isAbsolute()) {
                values.fault(Setting.QUIESCE_FROZEN, "must hold absolute paths: " + text);
            }
            TreeNames.require(values, Setting.QUIESCE_FROZEN, tree, trees);
            found.put(tree, path);
        });
        return found;
    }
}

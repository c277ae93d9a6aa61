package io.understudy.config;

import io.understudy.config.DrillSettings.DrillCommands;
import io.understudy.config.DrillSettings.SmokeTest;
import io.understudy.config.RewriteRule.Replacement;
import io.understudy.config.Settings.HealthSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Excludes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code drill}: how a promotion is rehearsed. */
final class DrillReader {
    private final Values top;
    private final List<TreeSettings> trees;

    DrillReader(Values top, List<TreeSettings> trees) {
        this.top = top;
        this.trees = trees;
    }

    Optional<DrillSettings> read() {
        if (top.section().child("drill").isEmpty()) {
            return Optional.empty();
        }
        Values values = top.below("drill");
        values.section().allowOnly(Setting.keysOf("drill"));
        DrillSettings settings = new DrillSettings(
                commands(values),
                rules(values),
                values.optionalPath(Setting.DRILL_FOLDER),
                values.list(Setting.DRILL_LEAVE_OUT),
                schedule(values),
                values.duration(Setting.DRILL_MAX_AGE),
                values.integer(Setting.DRILL_KEEP));
        settings.leaveOut().forEach(name -> requireTree(values, Setting.DRILL_LEAVE_OUT, name));
        settings.folder()
                .ifPresent(folder -> trees.stream()
                        .filter(tree -> folder.startsWith(tree.path()))
                        .forEach(tree -> values.fault(
                                Setting.DRILL_FOLDER, "lies in tree " + tree.name() + ": an import would remove it")));
        if (settings.site().start().isEmpty()) {
            values.fault(Setting.DRILL_START, "is missing: the command that starts the copy of the site");
        }
        if (settings.site().stop().isEmpty()) {
            values.fault(Setting.DRILL_STOP, "is missing: the command that stops the copy of the site");
        }
        return Optional.of(settings);
    }

    private DrillCommands commands(Values values) {
        return new DrillCommands(
                values.list(Setting.DRILL_START),
                values.list(Setting.DRILL_STOP),
                values.section().child("health").map(node -> health(values.below("health"))),
                values.each("smoke").stream().map(DrillReader::smoke).toList(),
                values.list(Setting.DRILL_WRITE),
                values.list(Setting.DRILL_ENVIRONMENT),
                values.duration(Setting.DRILL_LIMIT));
    }

    private static HealthSettings health(Values values) {
        return HealthReader.read(
                values,
                "drill.health",
                Setting.DRILL_HEALTH_HTTP,
                Setting.DRILL_HEALTH_COMMAND,
                Setting.DRILL_HEALTH_WITHIN);
    }

    private static SmokeTest smoke(Values values) {
        values.section().allowOnly(Setting.keysOf("drill.smoke[]"));
        SmokeTest test = new SmokeTest(values.name(Setting.DRILL_SMOKE_NAME), values.list(Setting.DRILL_SMOKE_COMMAND));
        if (test.command().isEmpty()) {
            values.fault(Setting.DRILL_SMOKE_COMMAND, "is missing: the command that tries the copy of the site");
        }
        return test;
    }

    private List<RewriteRule> rules(Values values) {
        List<RewriteRule> rules = new ArrayList<>();
        for (Values each : values.each("rewrite")) {
            each.section().allowOnly(Setting.keysOf("drill.rewrite[]"));
            String tree = each.name(Setting.DRILL_REWRITE_TREE);
            requireTree(each, Setting.DRILL_REWRITE_TREE, tree);
            String path = each.text(Setting.DRILL_REWRITE_PATH);
            try {
                Excludes.of(List.of(path));
            } catch (UnderstudyException e) {
                each.fault(Setting.DRILL_REWRITE_PATH, "is no glob: " + e.getMessage());
            }
            List<Replacement> replacements = each.map(Setting.DRILL_REWRITE_REPLACE).entrySet().stream()
                    .map(pair -> new Replacement(pair.getKey(), pair.getValue()))
                    .toList();
            if (replacements.isEmpty()
                    || replacements.stream().anyMatch(pair -> pair.from().isEmpty())) {
                each.fault(
                        Setting.DRILL_REWRITE_REPLACE,
                        "must hold texts and what takes their place, {old: new}, no old one of which is empty");
            }
            rules.add(new RewriteRule(rules.size() + 1, tree, Optional.of(path), replacements, Optional.empty()));
        }
        return rules;
    }

    private void requireTree(Values values, Setting setting, String name) {
        TreeNames.require(
                values, setting, name, trees.stream().map(TreeSettings::name).toList());
    }

    private static Optional<CronExpression> schedule(Values values) {
        return values.optionalText(Setting.DRILL_SCHEDULE).flatMap(text -> {
            try {
                return Optional.of(CronExpression.parse(text));
            } catch (IllegalArgumentException e) {
                values.fault(Setting.DRILL_SCHEDULE, "is no cron expression: " + e.getMessage());
                return Optional.empty();
            }
        });
    }
}

package io.understudy.replica.drill;

import io.understudy.config.DrillSettings;
import io.understudy.config.Settings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.postgres.DatabaseNames;
import io.understudy.state.StateEntry;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The environment of the commands of a drill, by the configuration alone: the command that stops what a killed drill
 * left gets the same.
 */
final class DrillVariables {
    private final Settings settings;
    private final DrillSettings drill;

    DrillVariables(Settings settings, DrillSettings drill) {
        this.settings = settings;
        this.drill = drill;
    }

    Path folder() {
        return drill.folder()
                .map(each -> each.resolve("understudy-drill-" + settings.site()))
                .orElseGet(() -> StateEntry.DRILL_FOLDER.in(settings.state()).toAbsolutePath());
    }

    /** Of the copy, which is in production while no file is there. */
    Path marker() {
        return folder().resolve("BACKUP");
    }

    Map<String, String> of(DrillNote note) {
        Map<String, String> variables = new TreeMap<>();
        variables.put("UNDERSTUDY_DRILL", note.id());
        variables.put("UNDERSTUDY_DRILL_SITE", settings.site());
        variables.put("UNDERSTUDY_DRILL_SNAPSHOT", note.snapshot().toString());
        variables.put("UNDERSTUDY_DRILL_FOLDER", folder().toString());
        variables.put("UNDERSTUDY_DRILL_MARKER", marker().toString());
        if (settings.database().isThere()) {
            String name = DatabaseNames.of(settings.database().name()).drill();
            String host = settings.database().host();
            String port = Integer.toString(settings.database().port());
            variables.put("UNDERSTUDY_DRILL_DATABASE", name);
            variables.put("UNDERSTUDY_DRILL_DATABASE_HOST", host);
            variables.put("UNDERSTUDY_DRILL_DATABASE_PORT", port);
            variables.put("UNDERSTUDY_DRILL_DATABASE_USER", settings.database().user());
        }
        settings.trees().stream()
                .map(TreeSettings::name)
                .filter(name -> !drill.leaveOut().contains(name))
                .forEach(name -> variables.put(
                        "UNDERSTUDY_DRILL_TREE_" + name.toUpperCase(Locale.ROOT).replace('-', '_'),
                        folder().resolve(name).toString()));
        return variables;
    }
}

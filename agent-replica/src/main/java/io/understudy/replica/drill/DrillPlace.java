package io.understudy.replica.drill;

import io.understudy.config.DrillSettings;
import io.understudy.config.Settings;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;

/**
 * What drills keep in the state folder, and what their commands get.
 *
 * @param server the name of the standby
 * @param lock held during a drill
 */
record DrillPlace(
        String site,
        String server,
        DrillVariables variables,
        Path lock,
        StateFile<DrillNote> note,
        DrillReports reports,
        DrillResults results) {
    static DrillPlace of(Settings settings, DrillSettings drill) {
        Path state = settings.state();
        return new DrillPlace(
                settings.site(),
                settings.replica().name(),
                new DrillVariables(settings, drill),
                StateEntry.DRILL_LOCK.in(state),
                StateFile.in(state, StateEntry.DRILL, DrillNote.class),
                new DrillReports(state, settings.signing(), drill.keep()),
                new DrillResults(state));
    }
}

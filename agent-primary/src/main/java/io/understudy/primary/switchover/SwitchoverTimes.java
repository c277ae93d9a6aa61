package io.understudy.primary.switchover;

import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNote.Step;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** How long each step of this server's last switchover took, from the times that its note has. */
public final class SwitchoverTimes {
    private final StateFile<Last> file;

    /** @param seconds by the step that began then */
    private record Last(Map<String, Double> seconds) {}

    public SwitchoverTimes(Path state) {
        this.file = StateFile.in(state, StateEntry.SWITCHOVER_TIMES, Last.class);
    }

    void note(SwitchoverNote note, Instant end) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        Step[] steps = Step.values();
        for (Step step : steps) {
            Instant begun = note.reached().get(step);
            if (begun != null) {
                Instant ended = Arrays.stream(steps)
                        .filter(later -> later.compareTo(step) > 0)
                        .map(note.reached()::get)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(end);
                seconds.put(step.name(), Duration.between(begun, ended).toMillis() / 1000.0);
            }
        }
        file.write(new Last(seconds));
    }

    /** Seconds; empty where it is not known yet. */
    Optional<Double> of(Step step) {
        return file.read().map(last -> last.seconds().get(step.name()));
    }
}

package io.understudy.replica.forecast;

import io.understudy.replica.forecast.Measurement.Kind;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How long imports, promotions and drills took on this server, the last hundred of each. Durable; where the file is
 * lost or can't be written, times are not known again until the next ones. Thread-safe.
 */
public final class MeasuredTimes {
    /** Of each kind: a schedule that imports each minute must not push out the few promotions. */
    static final int KEPT = 100;

    private final StateFile<Content> file;
    private final Clock clock;

    public MeasuredTimes(Path state, Clock clock) {
        this(StateFile.in(state, StateEntry.MEASURED_TIMES, Content.class), clock);
    }

    MeasuredTimes(StateFile<Content> file, Clock clock) {
        this.file = file;
        this.clock = clock;
    }

    /** The record of the state file, oldest first. */
    record Content(List<Measurement> measurements) {
        Content {
            measurements = List.copyOf(measurements);
        }
    }

    /** Does nothing where nothing was measured. */
    public synchronized void add(Kind kind, Map<String, Duration> steps) {
        if (steps.isEmpty()) {
            return;
        }
        List<Measurement> all = new ArrayList<>(all());
        all.add(Measurement.of(kind, clock.instant(), steps));
        long tooMany = all.stream().filter(each -> each.kind() == kind).count() - KEPT;
        for (int i = 0; tooMany > 0; ) {
            if (all.get(i).kind() == kind) {
                all.remove(i);
                tooMany--;
            } else {
                i++;
            }
        }
        file.write(new Content(all));
    }

    /** Oldest first. */
    public synchronized List<Measurement> all() {
        return file.read().map(Content::measurements).orElse(List.of());
    }
}

package io.understudy.replica.drill;

import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The steps of one drill, and how long each took. Not thread-safe. */
final class DrillSteps {
    private final Ticker ticker;
    private final Progress progress;
    private final List<DrillStep> steps = new ArrayList<>();
    private final Map<String, Duration> times = new LinkedHashMap<>();

    /** @param progress receives their names */
    DrillSteps(Ticker ticker, Progress progress) {
        this.ticker = ticker;
        this.progress = progress;
    }

    /** @throws RuntimeException what the work throws, after it is noted that the step failed */
    void run(String name, Runnable work) {
        progress.report(name, 0, -1);
        long start = ticker.nanos();
        boolean ok = false;
        try {
            work.run();
            ok = true;
        } finally {
            Duration took = ticker.since(start);
            times.put(name, took);
            steps.add(new DrillStep(name, seconds(took), ok));
        }
    }

    /** @return why it failed */
    Optional<UnderstudyException> attempt(String name, Runnable work) {
        try {
            run(name, work);
            return Optional.empty();
        } catch (UnderstudyException e) {
            return Optional.of(e);
        }
    }

    /** @param why for people */
    void skip(String name, String why) {
        steps.add(new DrillStep(name, 0, true, Optional.of(why)));
    }

    List<DrillStep> all() {
        return List.copyOf(steps);
    }

    Optional<Duration> took(String name) {
        return Optional.ofNullable(times.get(name));
    }

    Duration total() {
        return times.values().stream().reduce(Duration.ZERO, Duration::plus);
    }

    double seconds() {
        return seconds(total());
    }

    private static double seconds(Duration took) {
        return took.toMillis() / 1000.0;
    }
}

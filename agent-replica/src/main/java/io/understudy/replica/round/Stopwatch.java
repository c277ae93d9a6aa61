package io.understudy.replica.round;

import io.understudy.replica.events.Step;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** How long the steps of one round took. */
final class Stopwatch {
    private final Ticker ticker;
    private final long start;
    private final Map<Step, Duration> steps = new EnumMap<>(Step.class);

    Stopwatch(Ticker ticker) {
        this.ticker = ticker;
        this.start = ticker.nanos();
    }

    <T> T time(Step step, Supplier<T> work) {
        long from = ticker.nanos();
        T result = work.get();
        add(step, ticker.since(from));
        return result;
    }

    void add(Step step, Duration took) {
        steps.merge(step, took, Duration::plus);
    }

    Duration total() {
        return ticker.since(start);
    }

    Map<Step, Duration> steps() {
        return Map.copyOf(steps);
    }
}

package io.understudy.replica.forecast;

import io.understudy.replica.forecast.Forecast.StepTime;
import io.understudy.replica.forecast.Measurement.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * How long a promotion takes, by the times of its steps that were measured on this server: for each step the nearest
 * rank of 50 and of 95 percent of its measurements, and their sums. The sum of the second is more than the 95th
 * percentile of the whole, for steps are seldom all slow at once. A step that was never measured counts as nothing, and
 * is named.
 *
 * @param steps that were measured, in their order
 * @param notMeasured the other ones
 */
record Estimate(List<StepTime> steps, List<String> notMeasured) {
    /** What a promotion has to do at this moment. */
    enum Course {
        /** What is live is served. */
        LIVE,
        /** What is loaded ahead is applied and proven first. */
        AHEAD,
        /** An import that is under way is finished first. */
        UNFINISHED
    }

    private static final List<String> NEEDED = List.of(Measurement.APPLY, Measurement.RESTART, Measurement.PROVE);

    static Estimate of(List<Measurement> measured, Course course) {
        List<String> names = new ArrayList<>();
        if (course == Course.LIVE) {
            names.add(Measurement.LOOK);
        } else if (course == Course.AHEAD) {
            names.add(Measurement.LOOK);
            boolean known = measured.stream()
                    .anyMatch(each -> each.step(Measurement.AHEAD).isPresent());
            names.addAll(
                    known
                            ? List.of(Measurement.AHEAD)
                            : List.of(Measurement.STAGE, Measurement.APPLY, Measurement.RESTART, Measurement.PROVE));
        } else {
            names.addAll(NEEDED);
            names.add(Measurement.LOOK);
        }
        names.addAll(List.of(Measurement.CLAIM, Measurement.RESTART, Measurement.PROVE));
        List<StepTime> steps = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String name : names) {
            Optional<StepTime> time = time(name, measured);
            time.ifPresent(steps::add);
            if (time.isEmpty() && !missing.contains(name)) {
                missing.add(name);
            }
        }
        return new Estimate(List.copyOf(steps), List.copyOf(missing));
    }

    /** Empty where a step that each promotion has was never measured. */
    Optional<Forecast.Seconds> seconds() {
        return NEEDED.stream().anyMatch(notMeasured::contains)
                ? Optional.empty()
                : Optional.of(new Forecast.Seconds(sum(StepTime::p50), sum(StepTime::p95)));
    }

    private double sum(ToDoubleFunction<StepTime> value) {
        return Math.round(steps.stream().mapToDouble(value).sum() * 1000) / 1000.0;
    }

    private static Optional<StepTime> time(String name, List<Measurement> measured) {
        List<Measurement> with =
                measured.stream().filter(each -> each.step(name).isPresent()).toList();
        if (with.isEmpty()) {
            return Optional.empty();
        }
        List<Duration> sorted = with.stream()
                .map(each -> each.step(name).orElseThrow())
                .sorted()
                .toList();
        return Optional.of(new StepTime(
                name,
                rank(sorted, 50),
                rank(sorted, 95),
                count(with, Kind.IMPORT),
                count(with, Kind.PROMOTION),
                count(with, Kind.DRILL),
                with.get(with.size() - 1).at()));
    }

    private static int count(List<Measurement> all, Kind kind) {
        return (int) all.stream().filter(each -> each.kind() == kind).count();
    }

    /** Nearest rank: the smallest value that so many percent of all values do not exceed. */
    private static double rank(List<Duration> sorted, int percent) {
        int index = (sorted.size() * percent + 99) / 100 - 1;
        return sorted.get(Math.max(0, index)).toMillis() / 1000.0;
    }
}

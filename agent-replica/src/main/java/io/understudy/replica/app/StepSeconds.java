package io.understudy.replica.app;

import io.understudy.replica.events.Step;
import java.time.Duration;
import java.util.Map;

/**
 * How long each step took, as {@code sync --json} shows it; 0 where it did not run. Checking before the load counts as
 * load.
 */
public record StepSeconds(double fetch, double load, double stage, double apply, double restart, double prove) {
    static StepSeconds of(Map<Step, Duration> steps) {
        return new StepSeconds(
                seconds(steps, Step.FETCH),
                seconds(steps.getOrDefault(Step.VERIFY, Duration.ZERO)
                        .plus(steps.getOrDefault(Step.LOAD, Duration.ZERO))),
                seconds(steps, Step.STAGE),
                seconds(steps, Step.APPLY),
                seconds(steps, Step.RESTART),
                seconds(steps, Step.PROVE));
    }

    /** Rounded to milliseconds. */
    public static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static double seconds(Map<Step, Duration> steps, Step step) {
        return seconds(steps.getOrDefault(step, Duration.ZERO));
    }
}

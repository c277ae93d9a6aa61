package io.understudy.replica.forecast;

import io.understudy.replica.events.Step;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.promote.Took;
import io.understudy.replica.round.RoundResult;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Which steps of a round, a promotion or a drill say how long the next promotion takes. */
public final class TakenSteps {
    private TakenSteps() {}

    /** Empty of a round that proved nothing in this process, as where nothing was new. */
    public static Optional<Map<String, Duration>> of(RoundResult result) {
        Map<String, Duration> steps = new LinkedHashMap<>();
        copy(result.steps(), Step.STAGE, Measurement.STAGE, steps);
        copy(result.steps(), Step.APPLY, Measurement.APPLY, steps);
        copy(result.steps(), Step.RESTART, Measurement.RESTART, steps);
        copy(result.steps(), Step.PROVE, Measurement.PROVE, steps);
        boolean proven = result.applied().isPresent() && steps.containsKey(Measurement.PROVE);
        return proven ? Optional.of(steps) : Optional.empty();
    }

    /** Empty of a promotion that did nothing, for this server was the primary. */
    public static Map<String, Duration> of(Promotion.Report report) {
        Map<String, Duration> steps = new LinkedHashMap<>();
        if (report.already()) {
            return steps;
        }
        Took took = report.took();
        if (!took.look().isZero()) {
            steps.put(Measurement.LOOK, took.look());
        }
        if (report.origin().ahead()) {
            steps.put(Measurement.AHEAD, took.ahead());
        }
        if (report.claimed()) {
            steps.put(Measurement.CLAIM, took.claim());
        }
        copy(took.site(), Step.RESTART, Measurement.RESTART, steps);
        copy(took.site(), Step.PROVE, Measurement.PROVE, steps);
        return steps;
    }

    /** Of a drill that passed. @param health empty where it is not asked for */
    public static Map<String, Duration> of(Duration start, Optional<Duration> health) {
        Map<String, Duration> steps = new LinkedHashMap<>();
        steps.put(Measurement.RESTART, start);
        health.ifPresent(took -> steps.put(Measurement.PROVE, took));
        return steps;
    }

    private static void copy(Map<Step, Duration> from, Step step, String name, Map<String, Duration> to) {
        if (from.containsKey(step)) {
            to.put(name, from.get(step));
        }
    }
}

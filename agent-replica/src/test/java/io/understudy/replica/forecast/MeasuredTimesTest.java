package io.understudy.replica.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.replica.forecast.Estimate.Course;
import io.understudy.replica.forecast.Forecast.Seconds;
import io.understudy.replica.forecast.Measurement.Kind;
import io.understudy.testing.FakeTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuredTimesTest {
    @TempDir
    Path state;

    private final FakeTicker time = new FakeTicker();

    private MeasuredTimes times() {
        return new MeasuredTimes(state, time.clock());
    }

    private static Map<String, Duration> steps(Object... pairs) {
        Map<String, Duration> steps = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            steps.put((String) pairs[i], Duration.ofMillis((int) pairs[i + 1]));
        }
        return steps;
    }

    @Test
    void areThereAfterARestart() {
        times().add(Kind.IMPORT, steps("apply", 5));

        assertThat(times().all())
                .containsExactly(new Measurement(Kind.IMPORT, time.clock().instant(), Map.of("apply", 5L)));
    }

    @Test
    void keepsTheLastHundredOfEachKind() {
        times().add(Kind.PROMOTION, steps("claim", 7));
        for (int i = 0; i < MeasuredTimes.KEPT + 1; i++) {
            times().add(Kind.IMPORT, steps("apply", i));
        }

        assertThat(times().all()).hasSize(MeasuredTimes.KEPT + 1);
        assertThat(times().all().get(0).kind()).isEqualTo(Kind.PROMOTION);
        assertThat(times().all().get(1).milliseconds()).isEqualTo(Map.of("apply", 1L));
    }

    @Test
    void nothingMeasuredIsNotKept() {
        times().add(Kind.PROMOTION, Map.of());

        assertThat(times().all()).isEmpty();
    }

    @Test
    void withoutRestartAndProofTheTimeIsNotKnown() {
        times().add(Kind.PROMOTION, steps("claim", 100, "look", 10));

        Estimate estimate = Estimate.of(times().all(), Course.LIVE);

        assertThat(estimate.seconds()).isEmpty();
        assertThat(estimate.notMeasured()).containsExactly("restart", "prove");
    }

    /** Each step by its own measurements, whichever work made them. */
    @Test
    void addsUpTheStepsOfWhatAPromotionHasToDo() {
        times().add(Kind.IMPORT, steps("stage", 50, "apply", 400, "restart", 1000, "prove", 300));

        Estimate live = Estimate.of(times().all(), Course.LIVE);
        assertThat(live.seconds()).hasValue(new Seconds(1.3, 1.3));
        assertThat(live.notMeasured()).containsExactly("look", "claim");
        Estimate ahead = Estimate.of(times().all(), Course.AHEAD);
        assertThat(ahead.seconds()).hasValue(new Seconds(3.05, 3.05));
        assertThat(Estimate.of(times().all(), Course.UNFINISHED).seconds()).hasValue(new Seconds(3.0, 3.0));

        times().add(Kind.PROMOTION, steps("look", 10, "ahead", 1500, "claim", 90, "restart", 1000, "prove", 300));
        assertThat(Estimate.of(times().all(), Course.AHEAD).seconds()).hasValue(new Seconds(2.9, 2.9));
        assertThat(Estimate.of(times().all(), Course.AHEAD).notMeasured()).isEmpty();
    }

    /** By the nearest rank: of few measurements the 95th percentile is the slowest. */
    @Test
    void takesTheRankOfEachStep() {
        for (int i = 1; i <= 100; i++) {
            times().add(Kind.IMPORT, steps("apply", 1, "restart", 1000 * i, "prove", 1));
        }
        Estimate many = Estimate.of(times().all(), Course.LIVE);

        assertThat(many.steps())
                .filteredOn(each -> each.step().equals("restart"))
                .extracting(Forecast.StepTime::p50, Forecast.StepTime::p95, Forecast.StepTime::imports)
                .containsExactly(tuple(50.0, 95.0, 100));

        List<Measurement> three = times().all().subList(0, 3);
        assertThat(Estimate.of(three, Course.LIVE).seconds()).hasValue(new Seconds(2.001, 3.001));
    }
}

package io.understudy.replica.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replica.drill.DrillReport.Result;
import io.understudy.replica.drill.DrillResults.Content;
import io.understudy.replica.drill.DrillResults.Summary;
import io.understudy.replica.forecast.Obstacle.Weight;
import io.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DrillLookTest {
    private final FakeTicker time = new FakeTicker();

    private List<Obstacle> look(Optional<Duration> most, Optional<Summary> last, Optional<Summary> passed) {
        return new DrillLook(most, () -> new Content(last, passed), time.clock()).at(null);
    }

    private Summary summary(Result result, Duration age) {
        return new Summary(
                "20261120T040000Z",
                time.now().minus(age),
                result,
                12,
                Optional.of("login failed").filter(why -> result != Result.PASSED));
    }

    @Test
    void aYoungOneThatPassedStandsInNoWay() {
        Optional<Summary> passed = Optional.of(summary(Result.PASSED, Duration.ofDays(8)));

        assertThat(look(Optional.of(Duration.ofDays(8)), passed, passed)).isEmpty();
    }

    @Test
    void anOldOneIsAWarning() {
        Optional<Summary> passed = Optional.of(summary(Result.PASSED, Duration.ofDays(9)));

        assertThat(look(Optional.of(Duration.ofDays(8)), passed, passed))
                .singleElement()
                .satisfies(it -> assertThat(it.weight()).isEqualTo(Weight.WARNING))
                .satisfies(it -> assertThat(it.message()).contains("drill.max_age"));
    }

    @Test
    void aFailureIsAWarningThoughOnePassedBefore() {
        assertThat(look(
                        Optional.of(Duration.ofDays(8)),
                        Optional.of(summary(Result.FAILED, Duration.ZERO)),
                        Optional.of(summary(Result.PASSED, Duration.ofDays(1)))))
                .singleElement()
                .satisfies(it -> assertThat(it.message()).contains("did not pass", "login failed"));
    }

    @Test
    void noneIsUnknownAndWithoutSettingsNothing() {
        assertThat(look(Optional.of(Duration.ofDays(8)), Optional.empty(), Optional.empty()))
                .singleElement()
                .satisfies(it -> assertThat(it.weight()).isEqualTo(Weight.UNKNOWN));
        assertThat(look(Optional.empty(), Optional.empty(), Optional.empty())).isEmpty();
    }
}

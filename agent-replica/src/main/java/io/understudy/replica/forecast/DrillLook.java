package io.understudy.replica.forecast;

import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.replica.drill.DrillResults;
import io.understudy.replica.drill.DrillResults.Summary;
import io.understudy.time.Moments;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Whether the last drill passed, and how long ago, where drills are configured. */
public final class DrillLook implements Look {
    private static final String DRILL = "agent-replica drill rehearses a promotion";

    private final Optional<Duration> oldest;
    private final Supplier<DrillResults.Content> results;
    private final Clock clock;

    /** @param oldest how old the last one that passed may be; empty: there are none */
    DrillLook(Optional<Duration> oldest, Supplier<DrillResults.Content> results, Clock clock) {
        this.oldest = oldest;
        this.results = results;
        this.clock = clock;
    }

    static DrillLook of(Settings settings, Clock clock) {
        DrillResults results = new DrillResults(settings.state());
        return new DrillLook(settings.failover().drill().map(each -> each.maxAge()), results::read, clock);
    }

    @Override
    public List<Obstacle> at(Seen seen) {
        return oldest.flatMap(this::obstacle).stream().toList();
    }

    private Optional<Obstacle> obstacle(Duration most) {
        DrillResults.Content known = results.get();
        Optional<Summary> failed = known.last().filter(it -> it.why().isPresent());
        if (failed.isPresent()) {
            return Optional.of(Obstacle.warning(
                    ErrorCode.SITE_UNHEALTHY,
                    "drill " + failed.get().id() + ", the last one, did not pass: "
                            + failed.get().why().orElseThrow(),
                    "agent-replica drill --show " + failed.get().id() + " has its steps; " + DRILL));
        }
        if (known.passed().isEmpty()) {
            return Optional.of(
                    Obstacle.unknown(ErrorCode.SWITCH_UNSURE, "no drill has passed on this server yet", DRILL));
        }
        Instant at = known.passed().get().at();
        Duration age = Duration.between(at, clock.instant());
        return age.compareTo(most) <= 0
                ? Optional.empty()
                : Optional.of(Obstacle.warning(
                        ErrorCode.SWITCH_UNSURE,
                        "the last drill that passed is " + Moments.age(age) + " old, older than drill.max_age allows ("
                                + Moments.age(most) + ")",
                        DRILL));
    }
}

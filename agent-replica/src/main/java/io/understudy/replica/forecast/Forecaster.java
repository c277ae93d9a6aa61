package io.understudy.replica.forecast;

import io.understudy.config.Settings;
import io.understudy.replica.forecast.Estimate.Course;
import io.understudy.replica.forecast.Forecast.Answer;
import io.understudy.replica.promote.AheadStep;
import io.understudy.replica.promote.EpochClaims;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.round.Discrepancy.Subject;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.repository.SnapshotId;
import io.understudy.site.SiteService;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Makes forecasts of what is seen, what was measured, and what a promotion needs. Thread-safe where its looks are. */
public final class Forecaster {
    private final MeasuredTimes measured;
    private final List<Look> looks;
    private final Clock clock;

    /** @param looks asked on a standby alone, in their order */
    public Forecaster(MeasuredTimes measured, List<Look> looks, Clock clock) {
        this.measured = measured;
        this.looks = List.copyOf(looks);
        this.clock = clock;
    }

    /** Of a real server. */
    public static Forecaster of(
            Settings settings, EpochClaims claims, SiteService site, MeasuredTimes measured, Clock clock) {
        List<Look> looks = List.of(
                new StandbyRules(settings.replica().rpo(), clock),
                new ClaimLook(claims, clock),
                new ServerLook(settings, site),
                DrillLook.of(settings, clock));
        return new Forecaster(measured, looks, clock);
    }

    public Forecast of(Seen seen) {
        Optional<Ahead> ahead = served(seen);
        Optional<SnapshotId> snapshot = ahead.map(Ahead::snapshot)
                .or(() -> seen.record().live().flatMap(DatabaseVersion::snapshot))
                .filter(id -> seen.backupMode());
        Optional<Instant> moment = ahead.map(Ahead::moment)
                .or(() -> seen.record().live().flatMap(DatabaseVersion::moment))
                .filter(id -> seen.backupMode());
        List<Obstacle> obstacles = new ArrayList<>();
        Estimate estimate = new Estimate(List.of(), List.of());
        if (!seen.backupMode()) {
            obstacles.add(StandbyRules.noStandby(seen));
        } else {
            looks.forEach(look -> obstacles.addAll(look.at(seen)));
            estimate = Estimate.of(measured.all(), course(seen, ahead));
            if (estimate.seconds().isEmpty()) {
                obstacles.add(StandbyRules.neverMeasured(estimate.notMeasured()));
            }
        }
        obstacles.sort(Comparator.comparing(Obstacle::weight));
        Instant now = clock.instant();
        return new Forecast(
                now,
                seen.backupMode(),
                Answer.of(obstacles),
                snapshot,
                moment,
                moment.map(then -> Math.max(0, Duration.between(then, now).toSeconds())),
                estimate.seconds(),
                estimate.steps(),
                estimate.notMeasured(),
                obstacles);
    }

    /** What is loaded ahead, where a promotion would serve it for all that is known. */
    static Optional<Ahead> served(Seen seen) {
        boolean isThere = seen.found().stream().map(Discrepancy::subject).noneMatch(Subject.AHEAD::equals);
        return AheadStep.in(seen.record())
                .filter(ahead -> seen.backupMode() && isThere && !AheadStep.hasFailed(ahead, seen.record()))
                .filter(ahead -> seen.held()
                        .filter(hold -> hold.covers(ahead.snapshot()))
                        .isEmpty());
    }

    private static Course course(Seen seen, Optional<Ahead> ahead) {
        if (seen.record().state() instanceof Applying) {
            return Course.UNFINISHED;
        }
        return ahead.isPresent() ? Course.AHEAD : Course.LIVE;
    }
}

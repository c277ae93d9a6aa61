package io.understudy.config;

import java.time.Duration;
import java.time.ZoneId;
import java.util.Objects;
import java.util.Optional;

/**
 * How {@code primary.schedule} is kept.
 *
 * @param zone in which it counts, and in which retention's hours, days, weeks and months are; empty: the server's
 * @param jitter up to so much later than the schedule says each snapshot is due, 12 h at most; default: none
 * @param catchUp how old a tick may be that was missed while the agent did not run; empty: of any age, the default;
 *     zero: none is made up
 * @param skipUnchanged whether none is taken while the newest holds what the site holds; default: no
 */
public record ScheduleTiming(
        Optional<ZoneId> zone, Duration jitter, Optional<Duration> catchUp, boolean skipUnchanged) {
    public static final ScheduleTiming DEFAULT =
            new ScheduleTiming(Optional.empty(), Duration.ZERO, Optional.empty(), false);

    public ScheduleTiming {
        Objects.requireNonNull(jitter);
    }

    static ScheduleTiming read(Values values) {
        return new ScheduleTiming(
                values.zone(Setting.PRIMARY_SCHEDULE_ZONE),
                values.optionalDuration(Setting.PRIMARY_SCHEDULE_JITTER).orElse(Duration.ZERO),
                catchUp(values),
                values.yesNo(Setting.PRIMARY_SCHEDULE_SKIP_UNCHANGED).orElse(false));
    }

    private static Optional<Duration> catchUp(Values values) {
        return switch (values.text(Setting.PRIMARY_SCHEDULE_CATCH_UP)) {
            case "yes", "true", "on" -> Optional.empty();
            case "no", "false", "off" -> Optional.of(Duration.ZERO);
            default -> Optional.of(values.duration(Setting.PRIMARY_SCHEDULE_CATCH_UP));
        };
    }
}

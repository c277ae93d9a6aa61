package io.understudy.primary.app;

import io.understudy.config.Durations;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZonedDateTime;

/** When long work is to stop: {@code 06:00}, the next time that it is so late, or {@code 2h} from now. */
final class EndTime {
    private EndTime() {}

    /**
     * @param clock in the server's time zone
     * @throws UnderstudyException {@code USAGE}
     */
    static Instant parse(String text, Clock clock) {
        try {
            return text.contains(":")
                    ? next(LocalTime.parse(text), ZonedDateTime.now(clock))
                    : clock.instant().plus(Durations.parse(text));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "this is no time to stop: " + text,
                    "give a time of day such as 06:00, or a duration such as 30m or 2h",
                    e);
        }
    }

    private static Instant next(LocalTime time, ZonedDateTime now) {
        ZonedDateTime today = now.with(time);
        return (today.isAfter(now) ? today : now.plusDays(1).with(time)).toInstant();
    }
}

package io.understudy.time;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;

/** Moments as people read them. */
public final class Moments {
    private Moments() {}

    /** In UTC, to the second: {@code 2026-11-26T13:00:07Z}. What comes after the second is cut off. */
    public static String text(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** To the minute: {@code 06:00}. */
    public static String timeOfDay(LocalTime time) {
        return time.truncatedTo(ChronoUnit.MINUTES).toString();
    }

    /**
     * In the largest unit of which there are many: {@code 119 s}, {@code 25 min}, {@code 3 h}, {@code 4 days}. What
     * another server's clock, which runs ahead of this one's, makes younger than now is {@code 0 s} old.
     */
    public static String age(Duration age) {
        if (age.isNegative()) {
            return "0 s";
        }
        if (age.toHours() >= 48) {
            return age.toDays() + " days";
        }
        if (age.toMinutes() >= 120) {
            return age.toHours() + " h";
        }
        return age.toSeconds() >= 120 ? age.toMinutes() + " min" : age.toSeconds() + " s";
    }
}

package io.understudy.time;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Moments as people read them. */
public final class Moments {
    private Moments() {}

    /** In UTC, to the second: {@code 2026-11-26T13:00:07Z}. What comes after the second is cut off. */
    public static String text(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}

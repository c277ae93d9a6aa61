package io.understudy.filestore;

import io.understudy.time.DailyWindow;
import java.time.Clock;
import java.time.LocalTime;

/**
 * When content may be written to a store, by the time of this server's zone.
 *
 * @param hours of each day
 * @param clock with that zone
 */
public record WriteWindow(DailyWindow hours, Clock clock) {
    public boolean isOpen() {
        return hours.contains(LocalTime.now(clock));
    }
}

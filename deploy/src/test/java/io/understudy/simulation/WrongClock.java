package io.understudy.simulation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** A server's clock: off by as much as it is set, until it is set again. */
final class WrongClock extends Clock {
    private final Clock right;
    private Duration off = Duration.ZERO;

    WrongClock(Clock right) {
        this.right = right;
    }

    void putOff(Duration by) {
        off = by;
    }

    @Override
    public Instant instant() {
        return right.instant().plus(off);
    }

    @Override
    public ZoneId getZone() {
        return right.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return Clock.offset(right.withZone(zone), off);
    }
}

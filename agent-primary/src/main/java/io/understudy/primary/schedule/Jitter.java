package io.understudy.primary.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** How much later than its tick a snapshot is due: by chance, and the same each time that it is asked. */
final class Jitter {
    private final Duration most;
    private final RandomGenerator random;
    private Instant tick = Instant.MIN;
    private Duration delay = Duration.ZERO;

    /** @param most zero: no delay at all */
    Jitter(Duration most, RandomGenerator random) {
        this.most = Objects.requireNonNull(most);
        this.random = Objects.requireNonNull(random);
    }

    /** When what falls due with this tick is to be taken; drawn once for each tick. */
    Instant of(Instant next) {
        if (most.isZero()) {
            return next;
        }
        if (!next.equals(tick)) {
            tick = next;
            delay = Duration.ofMillis(random.nextLong(most.toMillis() + 1));
        }
        return next.plus(delay);
    }
}

package io.understudy.replica.app;

import io.understudy.replica.state.ReplicaStateStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** How long the daemon pauses now: until the next poll, or until something that failed may be tried again. */
record RoundPause(ReplicaStateStore store, Supplier<Duration> pace, Clock clock) implements Supplier<Duration> {
    private static final Duration SHORTEST = Duration.ofMillis(200);

    @Override
    public Duration get() {
        Duration poll = pace.get();
        Optional<Instant> retry = store.record().nextAttempt();
        Duration pause = retry.map(when -> Duration.between(clock.instant(), when))
                .filter(each -> !each.isNegative() && each.compareTo(poll) < 0)
                .orElse(poll);
        return pause.compareTo(SHORTEST) < 0 ? SHORTEST : pause;
    }
}

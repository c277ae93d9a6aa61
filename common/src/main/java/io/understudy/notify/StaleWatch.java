package io.understudy.notify;

import io.understudy.config.Occasion;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Whether the newest data is older than one channel wants it to be. Not thread-safe. */
final class StaleWatch {
    static final String TOPIC = "data";

    private final DataAge age;
    private final Optional<Duration> limit;
    /** Since when this server answers for data, while there is none. */
    private Optional<Instant> without = Optional.empty();

    /** @param limit of the channel; empty: the agent's */
    StaleWatch(DataAge age, Optional<Duration> limit) {
        this.age = age;
        this.limit = limit;
    }

    /** @return that it is stale, or that it is not; empty where this server answers for none */
    Optional<Signal> look(Instant now) {
        Optional<DataAge.Look> look = age.look();
        Optional<Duration> most = limit.or(() -> look.flatMap(DataAge.Look::limit));
        if (look.isEmpty() || most.isEmpty()) {
            without = Optional.empty();
            return Optional.empty();
        }
        without = look.get().moment().isPresent() ? Optional.empty() : without.or(() -> Optional.of(now));
        Instant from = look.get().moment().or(() -> without).orElse(now);
        String state = look.get()
                .moment()
                .map(moment -> "the newest data is of " + Moments.text(moment) + ", "
                        + Moments.age(Duration.between(moment, now)) + " old")
                .orElse("there is no snapshot yet");
        if (Duration.between(from, now).compareTo(most.get()) > 0) {
            return Optional.of(new Signal(
                    Occasion.STALE,
                    TOPIC,
                    TOPIC,
                    true,
                    false,
                    new Fact(
                            "data_stale",
                            state + "; it should be at most " + Moments.age(most.get()),
                            Optional.empty(),
                            Optional.of("a failover would lose what is newer; see status and check of the agents"),
                            Optional.empty())));
        }
        return Optional.of(Signal.recovered(
                TOPIC, new Fact("data_fresh", state, Optional.empty(), Optional.empty(), Optional.empty())));
    }
}

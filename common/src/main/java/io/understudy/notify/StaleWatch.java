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

    /** @return that it is stale, that it is not, or that it does not matter; empty where that is not known */
    Optional<Signal> look(Instant now) {
        DataAge.Look look = age.look();
        if (look == DataAge.Without.NOT_KNOWN) {
            return Optional.empty();
        }
        Optional<Duration> most = limit.or(() -> look.known().flatMap(DataAge.Known::limit));
        if (look == DataAge.Without.NOT_MINE || most.isEmpty()) {
            without = Optional.empty();
            return Optional.of(Signal.moot(TOPIC, fresh("no data has to be fresh here")));
        }
        return look(look.known().orElseThrow().moment(), most.get(), now);
    }

    private Optional<Signal> look(Optional<Instant> newest, Duration most, Instant now) {
        without = newest.isPresent() ? Optional.empty() : without.or(() -> Optional.of(now));
        Instant from = newest.or(() -> without).orElse(now);
        String state = newest.map(moment -> "the newest data is of " + Moments.text(moment) + ", "
                        + Moments.age(Duration.between(moment, now)) + " old")
                .orElse("there is no snapshot yet");
        if (Duration.between(from, now).compareTo(most) > 0) {
            return Optional.of(new Signal(
                    Occasion.STALE,
                    TOPIC,
                    TOPIC,
                    true,
                    false,
                    new Fact(
                            "data_stale",
                            state + "; it should be at most " + Moments.age(most),
                            Optional.empty(),
                            Optional.of("a failover would lose what is newer; see status and check of the agents"),
                            Optional.empty())));
        }
        // Since when there is none is not known after a restart: that ends nothing.
        return newest.map(moment -> Signal.recovered(TOPIC, fresh(state)));
    }

    private static Fact fresh(String state) {
        return new Fact("data_fresh", state, Optional.empty(), Optional.empty(), Optional.empty());
    }
}

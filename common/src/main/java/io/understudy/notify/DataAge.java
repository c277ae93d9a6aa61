package io.understudy.notify;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How old the newest data is that this agent answers for; asked once a minute. */
@FunctionalInterface
public interface DataAge {
    Look look();

    /** What is known of it. */
    sealed interface Look permits Known, Without {
        /** Empty where there is no answer. */
        default Optional<Known> known() {
            return this instanceof Known known ? Optional.of(known) : Optional.empty();
        }
    }

    /**
     * @param moment of the data; empty: there is none yet
     * @param limit from which on it is stale, where a channel names no other; empty: it never is
     */
    record Known(Optional<Instant> moment, Optional<Duration> limit) implements Look {}

    /** Why there is no answer. */
    enum Without implements Look {
        /** This server answers for no data now, such as a primary's agent in backup mode: nothing is stale. */
        NOT_MINE,
        /** The role or the data is not known now: what was stale before stays so. */
        NOT_KNOWN
    }
}

package io.understudy.notify;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How old the newest data is that this agent answers for; asked once a minute. */
@FunctionalInterface
public interface DataAge {
    /** @return empty where this server answers for none now, such as a primary's agent in backup mode */
    Optional<Look> look();

    /**
     * @param moment of the data; empty: there is none yet
     * @param limit from which on it is stale, where a channel names no other; empty: it never is
     */
    record Look(Optional<Instant> moment, Optional<Duration> limit) {}
}

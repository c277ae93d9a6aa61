package io.understudy.admin;

import java.time.Duration;
import java.util.Optional;

/**
 * Something that can be asked of an agent. Request and result are records that Jackson reads and writes; the result is
 * what {@code --json} prints.
 *
 * @param name unique within the agent
 * @param within how long a caller waits for the daemon; empty: as long as it takes
 */
public record AdminCommand<Q, R>(String name, Class<Q> request, Class<R> result, Optional<Duration> within) {
    /** The request of a command that needs to know nothing. */
    public record Nothing() {}

    /** A command that changes something, and may take hours. */
    public static <Q, R> AdminCommand<Q, R> of(String name, Class<Q> request, Class<R> result) {
        return new AdminCommand<>(name, request, result, Optional.empty());
    }

    /** A look at the daemon, which a healthy one answers at once. */
    public static <Q, R> AdminCommand<Q, R> quick(String name, Class<Q> request, Class<R> result, Duration within) {
        return new AdminCommand<>(name, request, result, Optional.of(within));
    }

    /** Whether it is more than a look, and belongs into the audit file. */
    boolean changes() {
        return within.isEmpty();
    }
}

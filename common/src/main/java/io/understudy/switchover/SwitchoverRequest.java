package io.understudy.switchover;

import java.time.Duration;

/**
 * What {@code switchover} asks of the primary's agent.
 *
 * @param standby by the name in its reports; empty only of a cancellation
 * @param limit after which it goes back by itself, 10 s to 1 h
 * @param what is asked
 */
public record SwitchoverRequest(String standby, Duration limit, What what) {
    public static final Duration LIMIT = Duration.ofMinutes(5);
    public static final Duration SHORTEST = Duration.ofSeconds(10);
    public static final Duration LONGEST = Duration.ofHours(1);

    public enum What {
        /** Only look. */
        PLAN,
        /** Hand the site over. */
        BEGIN,
        /** See the end of the one that was begun: the connection of the caller was lost. Changes nothing. */
        WATCH,
        /** End the one that is under way. */
        CANCEL
    }

    /** Whether the limit is one. */
    public boolean hasLimit() {
        return limit.compareTo(SHORTEST) >= 0 && limit.compareTo(LONGEST) <= 0;
    }

    /** The same caller sees the end of what it began. */
    public SwitchoverRequest watch() {
        return new SwitchoverRequest(standby, limit, What.WATCH);
    }
}

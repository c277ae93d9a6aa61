package io.understudy.primary.switchover;

import java.time.Duration;

/**
 * What {@code agent-primary switchover} asks.
 *
 * @param standby by the name in its reports; empty only of a cancellation
 * @param limit after which it goes back by itself, 10 s to 1 h
 * @param plan only look
 * @param cancel end the one that is under way
 */
public record SwitchoverRequest(String standby, Duration limit, boolean plan, boolean cancel) {
    public static final Duration LIMIT = Duration.ofMinutes(5);
    public static final Duration SHORTEST = Duration.ofSeconds(10);
    public static final Duration LONGEST = Duration.ofHours(1);
}

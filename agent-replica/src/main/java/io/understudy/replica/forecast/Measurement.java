package io.understudy.replica.forecast;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How long the steps of one import, promotion or drill took on this server.
 *
 * @param at when it ended
 * @param milliseconds by the names of the steps; a step that did not run is absent
 */
public record Measurement(Kind kind, Instant at, Map<String, Long> milliseconds) {
    public static final String LOOK = "look";
    public static final String AHEAD = "ahead";
    public static final String CLAIM = "claim";
    public static final String STAGE = "stage";
    public static final String APPLY = "apply";
    public static final String RESTART = "restart";
    public static final String PROVE = "prove";

    /** What was measured. */
    public enum Kind {
        IMPORT,
        PROMOTION,
        DRILL
    }

    public Measurement {
        milliseconds = new LinkedHashMap<>(milliseconds);
    }

    static Measurement of(Kind kind, Instant at, Map<String, Duration> steps) {
        Map<String, Long> milliseconds = new LinkedHashMap<>();
        steps.forEach((step, took) -> milliseconds.put(step, took.toMillis()));
        return new Measurement(kind, at, milliseconds);
    }

    Optional<Duration> step(String name) {
        return Optional.ofNullable(milliseconds.get(name)).map(Duration::ofMillis);
    }
}

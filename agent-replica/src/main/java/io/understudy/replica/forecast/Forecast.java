package io.understudy.replica.forecast;

import com.fasterxml.jackson.annotation.JsonValue;
import io.understudy.failure.ErrorCode;
import io.understudy.replica.forecast.Obstacle.Weight;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What {@code promote} would bring at this moment; what {@code forecast} prints with {@code --json}.
 *
 * @param at when this server was looked at for it
 * @param standby whether this server is one: else there is nothing to promote
 * @param snapshot that would be served
 * @param moment of its data
 * @param ageSeconds of its data
 * @param readySeconds how long the promotion takes; empty where a step that each one has was never measured here
 * @param steps of it that were measured on this server
 * @param notMeasured steps that were not, and that {@code readySeconds} leaves out
 * @param obstacles the worst first
 */
public record Forecast(
        Instant at,
        boolean standby,
        Answer answer,
        Optional<SnapshotId> snapshot,
        Optional<Instant> moment,
        Optional<Long> ageSeconds,
        Optional<Seconds> readySeconds,
        List<StepTime> steps,
        List<String> notMeasured,
        List<Obstacle> obstacles) {
    /** Could we switch now? */
    public enum Answer {
        READY,
        UNSURE,
        BLOCKED;

        static Answer of(List<Obstacle> obstacles) {
            if (obstacles.isEmpty()) {
                return READY;
            }
            return obstacles.stream().anyMatch(each -> each.weight() == Weight.BLOCKER) ? BLOCKED : UNSURE;
        }

        /** Of the command. */
        public int exitCode() {
            return switch (this) {
                case READY -> 0;
                case UNSURE -> ErrorCode.SWITCH_UNSURE.exitCode();
                case BLOCKED -> ErrorCode.SWITCH_BLOCKED.exitCode();
            };
        }

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Which half of all promotions, and which 95 of 100, do not take longer than. */
    public record Seconds(double p50, double p95) {}

    /**
     * Seconds of one step, and by how many measurements.
     *
     * @param last when the youngest of them ended
     */
    public record StepTime(
            String step, double p50, double p95, int imports, int promotions, int drills, Instant last) {}

    public Forecast {
        steps = List.copyOf(steps);
        notMeasured = List.copyOf(notMeasured);
        obstacles = List.copyOf(obstacles);
    }

    public long blockers() {
        return obstacles.stream()
                .filter(each -> each.weight() == Weight.BLOCKER)
                .count();
    }

    /** One line: the data and the time. */
    public String summary() {
        return Stream.of(data(), ready())
                .flatMap(Optional::stream)
                .reduce((a, b) -> a + "; " + b)
                .orElse("nothing");
    }

    private Optional<String> data() {
        return snapshot.map(id -> "data as of "
                + moment.map(Moments::text).orElse("an unknown moment")
                + ageSeconds
                        .map(age -> " (" + Moments.age(Duration.ofSeconds(age)) + " old)")
                        .orElse("")
                + ", of " + id);
    }

    private Optional<String> ready() {
        return readySeconds.map(seconds ->
                String.format(Locale.ROOT, "ready in %.1f s (p50), %.1f s (p95)", seconds.p50(), seconds.p95())
                        + (notMeasured.isEmpty()
                                ? ""
                                : ", without " + String.join(" and ", notMeasured) + ", never measured here"));
    }

    /** For people. */
    public String text() {
        List<String> lines = new ArrayList<>();
        lines.add("switch now: "
                + switch (answer) {
                    case READY -> "yes";
                    case UNSURE -> "yes, but read on";
                    case BLOCKED -> "NO";
                });
        lines.add("looked at:  " + Moments.text(at));
        data().ifPresent(text -> lines.add("data:       " + text));
        lines.add("time:       " + ready().orElse("not known: " + missing()));
        for (StepTime each : steps) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-9s %.1f s (p50), %.1f s (p95), by %d imports, %d promotions and %d drills, last %s",
                    each.step(),
                    each.p50(),
                    each.p95(),
                    each.imports(),
                    each.promotions(),
                    each.drills(),
                    Moments.text(each.last())));
        }
        for (Obstacle each : obstacles) {
            lines.add(String.format(Locale.ROOT, "%-12s%s", each.weight().label() + ":", each.message()));
            lines.add("hint:       " + each.hint());
        }
        return String.join("\n", lines);
    }

    private String missing() {
        return notMeasured.isEmpty()
                ? "there is nothing to promote"
                : "never measured here: " + String.join(", ", notMeasured);
    }
}

package io.understudy.primary.app;

import io.understudy.cli.Problem;
import io.understudy.failure.ErrorCode;
import io.understudy.repository.ReplicaReport;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A name that more than one standby reports under.
 *
 * @param name as {@code replica.name} gives it
 * @param seen when one of them last found another
 */
public record DoubledName(String name, Instant seen) {
    static final String HINT = "give each standby its own replica.name";
    private static final Duration RECENT = Duration.ofDays(1);

    /** Those that were found within a day. */
    static List<DoubledName> in(List<ReplicaReport> reports, Instant now) {
        return reports.stream()
                .filter(report -> report.namesake()
                        .filter(when -> when.isAfter(now.minus(RECENT)))
                        .isPresent())
                .map(report -> new DoubledName(report.name(), report.namesake().get()))
                .toList();
    }

    Problem problem() {
        return new Problem(ErrorCode.CONFIG_INVALID.label(), text(), HINT);
    }

    String text() {
        return "more than one standby reports as " + name + ", last seen at " + Moments.text(seen)
                + ": each replaces the other's report, so retention may delete what one of them holds";
    }
}

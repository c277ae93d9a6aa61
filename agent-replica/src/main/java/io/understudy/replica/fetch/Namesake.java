package io.understudy.replica.fetch;

import io.understudy.repository.ReplicaReport;
import io.understudy.time.Moments;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds another standby that has this one's name: each replaces the other's report, and retention spares only what the
 * last one holds.
 */
final class Namesake {
    private static final Logger LOG = LoggerFactory.getLogger(Namesake.class);

    /** How long one is remembered, so that it is not logged again at each report. */
    static final Duration REMEMBERED = Duration.ofDays(1);

    private final Supplier<Optional<String>> id;
    private final Clock clock;
    private Optional<Instant> seen = Optional.empty();

    Namesake(Supplier<Optional<String>> id, Clock clock) {
        this.id = id;
        this.clock = clock;
    }

    Optional<String> id() {
        return id.get();
    }

    /**
     * Looks at the report that is about to be replaced, and logs another standby's once a day.
     *
     * @return when another standby reported last under this name; empty when none did within a day
     */
    synchronized Optional<Instant> seenIn(Optional<ReplicaReport> last) {
        Instant now = clock.instant();
        seen = seen.filter(when -> when.isAfter(now.minus(REMEMBERED)));
        Optional<Instant> found = last.flatMap(report -> report.byAnother(id.get(), now));
        if (found.isPresent()) {
            if (seen.isEmpty()) {
                LOG.warn(
                        "another standby is named {} too, and reported at {}: each replaces the other's report, so retention may"
                                + " delete what this one holds; give each its own replica.name",
                        last.get().name(),
                        Moments.text(found.get()));
            }
            seen = found;
        }
        return seen;
    }
}

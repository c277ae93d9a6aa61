package io.understudy.replica.fetch;

import io.understudy.repository.ReplicaReport;
import io.understudy.time.Moments;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds another standby that has this one's name: each replaces the other's report, and retention spares only what the
 * last one holds. One with another id is found by its id. A clone of this server has the same id too: it is found when
 * it wrote between two reports of this process. Thread-safe.
 */
final class Namesake {
    private static final Logger LOG = LoggerFactory.getLogger(Namesake.class);

    /** How long one is remembered, so that it is not logged again at each report. */
    static final Duration REMEMBERED = Duration.ofDays(1);

    /** A report that timed out may arrive after later ones. */
    private static final int OWN = 16;

    private final Supplier<Optional<String>> id;
    private final Clock clock;
    private final Deque<Instant> own = new ArrayDeque<>();
    private Optional<Instant> seen = Optional.empty();

    Namesake(Supplier<Optional<String>> id, Clock clock) {
        this.id = id;
        this.clock = clock;
    }

    Optional<String> id() {
        return id.get();
    }

    /** A report of this process is about to be written. */
    synchronized void writes(Instant when) {
        own.addLast(when);
        if (own.size() > OWN) {
            own.removeFirst();
        }
    }

    /**
     * Looks at the report that the repository holds, and logs another standby's once a day.
     *
     * @return when another standby reported last under this name; empty when none did within a day
     */
    synchronized Optional<Instant> seenIn(Optional<ReplicaReport> last) {
        Optional<Instant> found = last.flatMap(this::another);
        if (found.isPresent()) {
            if (seen().isEmpty()) {
                LOG.warn(
                        "another standby is named {} too, and reported at {}: each replaces the other's report, so retention may"
                                + " delete what this one holds; give each its own replica.name",
                        last.get().name(),
                        Moments.text(found.get()));
            }
            seen = found;
        }
        return seen();
    }

    /** As the last look found, within a day. */
    synchronized Optional<Instant> seen() {
        return seen.filter(when -> when.isAfter(clock.instant().minus(REMEMBERED)));
    }

    private Optional<Instant> another(ReplicaReport report) {
        boolean clone =
                !own.isEmpty() && !own.contains(report.when()) && report.id().equals(id.get());
        return clone ? Optional.of(report.when()) : report.byAnother(id.get(), clock.instant());
    }
}

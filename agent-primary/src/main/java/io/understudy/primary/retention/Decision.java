package io.understudy.primary.retention;

import io.understudy.primary.retention.Candidate.Known;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What retention decided about one snapshot.
 *
 * @param moment of its data; empty, like {@code periods}, when its manifest cannot be read
 * @param kept whether it stays
 * @param reasons at least one, each some words: {@code daily 3 of 7}
 */
public record Decision(
        SnapshotId snapshot, Optional<Instant> moment, List<String> periods, boolean kept, List<String> reasons) {
    public Decision {
        periods = List.copyOf(periods);
        reasons = List.copyOf(reasons);
        if (reasons.isEmpty()) {
            throw new IllegalArgumentException("no reason for " + snapshot);
        }
    }

    static Decision of(Candidate candidate, boolean kept, List<String> reasons) {
        if (candidate instanceof Known known) {
            return new Decision(known.snapshot(), Optional.of(known.moment()), known.periods(), kept, reasons);
        }
        return new Decision(candidate.snapshot(), Optional.empty(), List.of(), kept, reasons);
    }

    Decision keptBecause(String reason) {
        return new Decision(snapshot, moment, periods, true, List.of(reason));
    }

    /** {@code kept: daily 3 of 7; newest proven by standby-1}. */
    public String text() {
        return (kept ? "kept: " : "delete: ") + String.join("; ", reasons);
    }
}

package io.understudy.primary.retention;

import io.understudy.repository.Manifest;
import io.understudy.repository.Outline;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** A snapshot as retention sees it. */
public sealed interface Candidate {
    SnapshotId snapshot();

    /** @param periods its labels */
    record Known(SnapshotId snapshot, Instant moment, List<String> periods) implements Candidate {
        public Known {
            Objects.requireNonNull(snapshot, "snapshot");
            Objects.requireNonNull(moment, "moment");
            periods = periods.stream().distinct().toList();
        }

        /** Whether it was taken because something changed, and is to be kept for a while only. */
        boolean isContinuous() {
            return periods.equals(List.of(Manifest.CONTINUOUS));
        }

        static Known of(Outline outline) {
            return new Known(outline.snapshot(), outline.moment(), outline.periods());
        }
    }

    /** @param why its manifest cannot be read */
    record Unreadable(SnapshotId snapshot, String why) implements Candidate {
        public Unreadable {
            Objects.requireNonNull(snapshot, "snapshot");
            Objects.requireNonNull(why, "why");
        }
    }
}

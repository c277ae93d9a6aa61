package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.repository.SnapshotBlobs.Section;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What there is to know of a snapshot without reading any content: when it was taken and why, how much it is, and the
 * references of its parts. In an encrypted repository a primary without an identity reads no more than this.
 *
 * @param lastScheduled as that of a manifest; null where there is none
 * @param moment of the data, UTC
 * @param server that took it
 * @param parts databases and trees, with their references
 */
public record Outline(
        SnapshotId snapshot,
        List<String> periods,
        @JsonInclude(JsonInclude.Include.NON_NULL) SnapshotId lastScheduled,
        Instant moment,
        String server,
        Manifest.Totals totals,
        List<Section> parts) {
    public Outline {
        Objects.requireNonNull(snapshot, "snapshot");
        Objects.requireNonNull(moment, "moment");
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(totals, "totals");
        periods = List.copyOf(periods);
        parts = List.copyOf(parts);
    }

    public static Outline of(Manifest manifest) {
        return new Outline(
                manifest.snapshot(),
                manifest.periods(),
                manifest.lastScheduled(),
                manifest.moment(),
                manifest.server(),
                manifest.totals(),
                SnapshotBlobs.sections(manifest));
    }

    boolean isContinuous() {
        return periods.equals(List.of(Manifest.CONTINUOUS));
    }

    /** As {@link Manifest#scheduled()}. */
    public Optional<SnapshotId> scheduled() {
        return isContinuous() ? Optional.ofNullable(lastScheduled) : Optional.of(snapshot);
    }
}

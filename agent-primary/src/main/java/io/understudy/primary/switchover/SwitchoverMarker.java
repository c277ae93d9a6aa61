package io.understudy.primary.switchover;

import io.understudy.repository.SnapshotId;
import io.understudy.site.Marker;
import io.understudy.site.MarkerContent;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;

/** The marker of a server that hands its site over, with what a switchover writes into it. */
public final class SwitchoverMarker {
    private static final String REASON = "agent-primary switchover";

    private final String site;
    private final Marker marker;
    private final Clock clock;

    /** @param site its name, for the marker's text */
    public SwitchoverMarker(String site, Marker marker, Clock clock) {
        this.site = Objects.requireNonNull(site);
        this.marker = Objects.requireNonNull(marker);
        this.clock = Objects.requireNonNull(clock);
    }

    boolean present() {
        return marker.present();
    }

    /** @param live the snapshot that the site here is of, where that is known */
    void write(Optional<SnapshotId> live) {
        marker.write(new MarkerContent(site, REASON, live.map(SnapshotId::toString), clock.instant()));
    }

    void remove() {
        marker.remove();
    }
}

package io.understudy.replica.state;

import io.understudy.repository.SnapshotId;
import io.understudy.site.Marker;
import io.understudy.site.MarkerContent;
import java.time.Clock;
import java.util.Optional;

/** The marker on this server's disk. */
public final class MarkerBackupMode implements BackupMode {
    private final Marker marker;
    private final String site;
    private final Clock clock;

    public MarkerBackupMode(Marker marker, String site, Clock clock) {
        this.marker = marker;
        this.site = site;
        this.clock = clock;
    }

    @Override
    public boolean on() {
        return marker.present();
    }

    /** A marker of another site names nothing here. */
    @Override
    public Optional<SnapshotId> named() {
        return marker.read()
                .filter(content -> content.site().equals(site))
                .flatMap(MarkerContent::snapshot)
                .flatMap(MarkerBackupMode::parse);
    }

    @Override
    public void enter(String reason, Optional<SnapshotId> snapshot) {
        marker.write(content(reason, snapshot));
    }

    @Override
    public boolean renew(String reason, Optional<SnapshotId> snapshot) {
        return marker.renew(content(reason, snapshot));
    }

    @Override
    public void leave() {
        marker.remove();
    }

    private MarkerContent content(String reason, Optional<SnapshotId> snapshot) {
        return new MarkerContent(site, reason, snapshot.map(SnapshotId::toString), clock.instant());
    }

    private static Optional<SnapshotId> parse(String text) {
        try {
            return Optional.of(SnapshotId.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

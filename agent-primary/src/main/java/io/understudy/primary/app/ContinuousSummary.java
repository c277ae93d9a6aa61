package io.understudy.primary.app;

import io.understudy.events.Events;
import io.understudy.primary.capture.Looked;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Optional;

/** What the log says of continuous snapshots: one line a minute, as there may be one a second. Not thread-safe. */
final class ContinuousSummary {
    private static final Duration EVERY = Duration.ofMinutes(1);

    private final Events events;
    private final Ticker ticker;
    private long since;
    private int looks;
    private int count;
    private Optional<SnapshotId> newest = Optional.empty();

    ContinuousSummary(Events events, Ticker ticker) {
        this.events = events;
        this.ticker = ticker;
        this.since = ticker.nanos();
    }

    void add(Looked end) {
        looks++;
        end.taken().map(Taken::manifest).map(Manifest::snapshot).ifPresent(id -> {
            count++;
            newest = Optional.of(id);
        });
        if (newest.isPresent() && ticker.since(since).compareTo(EVERY) >= 0) {
            events.report(new PrimaryEvent.ContinuousTaken(count, newest.get(), looks));
            since = ticker.nanos();
            looks = 0;
            count = 0;
            newest = Optional.empty();
        }
    }
}

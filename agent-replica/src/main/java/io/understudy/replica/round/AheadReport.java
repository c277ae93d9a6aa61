package io.understudy.replica.round;

import io.understudy.events.Events;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.time.Instant;

/**
 * Reports what is loaded ahead: each at a level that no log shows by itself, and how many they were every ten minutes.
 * Not thread-safe.
 */
final class AheadReport {
    private static final Duration BETWEEN = Duration.ofMinutes(10);

    private final Events events;
    private final Ticker ticker;
    private long last;
    private boolean reported;
    private int count;

    AheadReport(Events events, Ticker ticker) {
        this.events = events;
        this.ticker = ticker;
    }

    /** @param moment of its data
     * @param how its database was brought up, for people */
    void loaded(SnapshotId snapshot, Instant moment, Duration took, String how) {
        events.report(new ReplicaEvent.SnapshotAhead(snapshot, moment, took, how));
        count++;
        if (!reported || ticker.since(last).compareTo(BETWEEN) >= 0) {
            events.report(new ReplicaEvent.SnapshotsAhead(count, snapshot));
            reported = true;
            last = ticker.nanos();
            count = 0;
        }
    }
}

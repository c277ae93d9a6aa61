package io.understudy.replica.round;

import io.understudy.events.Events;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.replica.state.RetryLog;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.time.Clock;
import java.util.List;

/** What a round may import: what is new in the repository, and what is damaged on this server. */
public final class Discovery {
    private final ReplicaStateStore store;
    private final SnapshotSource source;
    private final Inspection inspection;
    private final RetryLog failures;
    private final Events events;
    private final Clock clock;
    private final WarnOnce warnOnce;
    private final Healing healing;

    public Discovery(
            ReplicaStateStore store,
            SnapshotSource source,
            Inspection inspection,
            RetryLog failures,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.store = store;
        this.source = source;
        this.inspection = inspection;
        this.failures = failures;
        this.events = events;
        this.clock = clock;
        this.warnOnce = new WarnOnce(ticker);
        this.healing = new Healing(store, events, clock, ticker);
    }

    /** For one round. */
    SnapshotSelector selector() {
        return new SnapshotSelector(store, source, failures, events, warnOnce, clock);
    }

    Healing healing() {
        return healing;
    }

    List<Discrepancy> inspect() {
        return inspection.look();
    }

    void require(SnapshotId wanted) {
        if (!source.list().contains(wanted)) {
            throw SnapshotSelector.unknown(wanted);
        }
    }
}

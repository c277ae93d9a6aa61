package io.understudy.replica.app;

import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.replica.events.ReplicaEvent;
import java.time.Instant;

/**
 * Has the daemon look once more as soon as a round that made something live is over: it prepares for the next import
 * then. Thread-safe.
 */
final class AfterImport implements EventSink {
    private final Runnable wake;
    private boolean becameLive;

    /** @param wake must not wait */
    AfterImport(Runnable wake) {
        this.wake = wake;
    }

    @Override
    public synchronized void receive(Event event, Instant at) {
        if (event instanceof ReplicaEvent.SnapshotApplied) {
            becameLive = true;
        } else if (event instanceof ReplicaEvent.RoundEnded && becameLive) {
            becameLive = false;
            wake.run();
        }
    }
}

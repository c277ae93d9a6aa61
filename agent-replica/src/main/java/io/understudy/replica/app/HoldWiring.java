package io.understudy.replica.app;

import io.understudy.events.Events;
import io.understudy.replica.hold.HoldBook;
import io.understudy.replica.round.HoldDecisions;
import io.understudy.replica.round.HoldStep;
import io.understudy.replica.round.ImportSteps;
import io.understudy.replica.round.LastLook;
import io.understudy.replica.state.RetryLog;

/** Wires what holds snapshots. */
final class HoldWiring {
    private final ReplicaWiring wiring;
    private final ReplicaParts parts;
    private final HoldBook book;

    HoldWiring(ReplicaWiring wiring, ReplicaParts parts, HoldBook book) {
        this.wiring = wiring;
        this.parts = parts;
        this.book = book;
    }

    HoldStep step(Events events) {
        return new HoldStep(
                wiring.settings().replica().holds(),
                wiring.store(),
                parts.source(),
                wiring.ports().loader(),
                book,
                events);
    }

    LastLook lastLook(ImportSteps steps, Events events) {
        return new LastLook(
                wiring.store(),
                wiring.marker(),
                parts.source(),
                steps,
                step(events),
                book,
                parts.calls(),
                events,
                wiring.ports().clock(),
                wiring.ports().ticker());
    }

    HoldDecisions decisions(RetryLog failures, Events events) {
        return new HoldDecisions(
                book,
                wiring.store(),
                wiring.marker(),
                parts.source(),
                wiring.ports().loader(),
                failures,
                events,
                wiring.ports().clock());
    }
}

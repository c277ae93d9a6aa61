package io.understudy.replica.app;

import io.understudy.events.Events;
import io.understudy.replica.promote.HandedOver;
import io.understudy.replica.promote.PlannedTakeover;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.promote.ReplicaSwitchover;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.replica.round.StateReconciler;
import io.understudy.switchover.SwitchoverNotes;

/** Makes the replica's side of a switchover. */
final class SwitchoverWiring {
    private SwitchoverWiring() {}

    static ReplicaSwitchover of(
            ReplicaWiring wiring,
            SnapshotSource source,
            StateReconciler reconciler,
            Promotion promotion,
            Events events) {
        ReplicaPorts ports = wiring.ports();
        return new ReplicaSwitchover(
                new PlannedTakeover(
                        wiring.settings().replica().name(), wiring.store(), wiring.marker(), source, promotion, events),
                new HandedOver(
                        new SwitchoverNotes(wiring.settings().state(), ports.clock()),
                        wiring.store(),
                        wiring.marker(),
                        reconciler,
                        ports.databases(),
                        events,
                        ports.clock()));
    }
}

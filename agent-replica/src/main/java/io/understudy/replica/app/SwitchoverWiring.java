package io.understudy.replica.app;

import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.replica.discover.SwitchoverCaller;
import io.understudy.replica.promote.HandedOver;
import io.understudy.replica.promote.PlannedTakeover;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.promote.ReplicaSwitchover;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.transport.Transport;

/** Makes the replica's side of a switchover. */
public final class SwitchoverWiring {
    private SwitchoverWiring() {}

    /** To ask the primary for one. */
    public static RequestedSwitchover requested(ReplicaWiring wiring) {
        Settings settings = wiring.settings();
        return new RequestedSwitchover(
                settings.replica().primaries(),
                new SwitchoverCaller(settings.site(), new Transport(settings.tls())::channel)::ask,
                () -> !wiring.marker().on() && wiring.store().state() instanceof Promoted,
                wiring.ports().ticker());
    }

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
                        RejoinWiring.copies(wiring)::shipped,
                        events,
                        ports.clock()));
    }
}

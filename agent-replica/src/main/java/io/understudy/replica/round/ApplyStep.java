package io.understudy.replica.round;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.apply.Applier;
import io.understudy.replica.apply.IntentWriter;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.replica.state.PlanSet;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.replica.state.ReplicaState.Settled;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The step {@code APPLY} of a round: writes the intent, carries it out, reports how it ended. */
public final class ApplyStep {
    private final ReplicaStateStore store;
    private final SnapshotSource source;
    private final IntentWriter intents;
    private final Applier applier;
    private final Events events;

    public ApplyStep(
            ReplicaStateStore store, SnapshotSource source, IntentWriter intents, Applier applier, Events events) {
        this.store = store;
        this.source = source;
        this.intents = intents;
        this.applier = applier;
        this.events = events;
    }

    /** Makes the prepared spare live, or what is live now live again. */
    Applier.Outcome forward(DatabaseVersion fresh) {
        intents.forward(fresh);
        return applier.finish();
    }

    /** Exchanges the files of what is live alone. */
    Applier.Outcome files(PlanSet plans) {
        intents.files(plans);
        return applier.finish();
    }

    /** As {@link Applier#requireSite}. */
    void requireSite() {
        applier.requireSite();
    }

    /** Finishes what a crash left. */
    Applier.Outcome finish() {
        return applier.finish();
    }

    /** The snapshot is live. */
    void announce(Optional<Duration> took) {
        Following now = (Following) store.state();
        Optional<Instant> proven = now.proven() ? Optional.of(now.since()) : Optional.empty();
        events.report(new ReplicaEvent.SnapshotApplied(
                now.current().snapshot().orElseThrow(), now.current().moment(), proven, took));
        source.settled(now);
    }

    /** @return what the round ends with when the apply was taken back */
    UnderstudyException wentBack(SnapshotId snapshot, FailedAttempt cause) {
        String live = ((Settled) store.state())
                .live()
                .flatMap(DatabaseVersion::snapshot)
                .map(id -> "to " + id)
                .orElse("to the state before the first import");
        String again = cause.rejection()
                ? "; it is not tried again, unless by agent-replica restore " + snapshot
                : "; it is tried again";
        return new UnderstudyException(
                cause.code(),
                "cannot apply " + snapshot + ": " + cause.message() + "; went back " + live,
                cause.hint() + again);
    }
}

package io.understudy.replica.round;

import io.understudy.failure.UnderstudyException;
import io.understudy.replica.apply.Applier;
import io.understudy.replica.apply.IntentWriter;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.time.Ticker;

/** Returns to the snapshot before the live one, because an operator asks for it. The caller holds the apply lock. */
public final class Rollback {
    private final ReplicaStateStore store;
    private final StateReconciler reconciler;
    private final IntentWriter intents;
    private final Applier applier;
    private final Ticker ticker;

    public Rollback(
            ReplicaStateStore store, StateReconciler reconciler, IntentWriter intents, Applier applier, Ticker ticker) {
        this.store = store;
        this.reconciler = reconciler;
        this.intents = intents;
        this.applier = applier;
        this.ticker = ticker;
    }

    /** @return what is live now; nothing when it went back to the state before the first import */
    public RoundResult run() {
        long start = ticker.nanos();
        applier.finish();
        reconciler.ensure();
        intents.rollback();
        Applier.Outcome outcome = applier.finish();
        outcome.unwell().ifPresent(Rollback::wentBackUnwell);
        return new RoundResult(
                store.record().live().flatMap(DatabaseVersion::snapshot), ticker.since(start), 0, outcome.took());
    }

    /**
     * Throws at once what {@link #run} would: before anybody is asked. An apply that is under way is finished first, so
     * then the answer is not known yet.
     */
    public void require() {
        if (!(store.state() instanceof Applying)) {
            intents.requireRollback();
        }
    }

    private static void wentBackUnwell(UnderstudyException failure) {
        throw new UnderstudyException(
                failure.code(),
                "returned to the previous snapshot, but the site is unhealthy: " + failure.getMessage(),
                failure.hint(),
                failure);
    }
}

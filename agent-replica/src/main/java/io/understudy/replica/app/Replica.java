package io.understudy.replica.app;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.replica.apply.Applier;
import io.understudy.replica.apply.CleanUp;
import io.understudy.replica.apply.IntentWriter;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.Inspection;
import io.understudy.replica.round.Round;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.round.RoundResult;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.state.ApplyLock;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaState.Applying;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.replica.state.RetryLog;
import io.understudy.replica.state.RetryPolicy;
import io.understudy.repository.SnapshotId;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The parts of a replica, put together; what it can do, each under the apply lock. Starts no thread. */
public final class Replica {
    private final ReplicaPorts ports;
    private final ApplyLock lock;
    private final StateReconciler standing;
    private final Applier applier;
    private final CleanUp cleanUp;
    private final IntentWriter departure;
    private final Inspection inspection;
    private final Round round;
    private final Promotion promotion;

    public Replica(ReplicaPorts ports, Events events) {
        this(ports, events, new SplittableRandom(), () -> UUID.randomUUID().toString());
    }

    /**
     * @param random for the pauses after failures
     * @param nonces draws a new one with each call; two servers never draw the same
     */
    Replica(ReplicaPorts ports, Events events, RandomGenerator random, Supplier<String> nonces) {
        this.ports = ports;
        this.lock = new ApplyLock(ports.settings().state());
        RetryLog failures = new RetryLog(ports.clock(), new RetryPolicy(random));
        this.standing = new StateReconciler(ports.store(), ports.backup(), ports.databases(), events, ports.clock());
        this.applier = new Applier(
                ports.store(),
                ports.backup(),
                ports.databases(),
                ports.trees(),
                ports.stage(),
                ports.site(),
                failures,
                events,
                ports.clock(),
                ports.ticker());
        this.inspection = new Inspection(
                ports.store(), ports.backup(), ports.databases(), ports.trees(), ports.stage(), ports.source());
        this.cleanUp = new CleanUp(
                ports.store(), ports.databases(), ports.trees(), ports.loader(), failures, events, ports.clock());
        this.departure =
                new IntentWriter(ports.store(), ports.backup(), ports.databases(), ports.trees(), ports.clock());
        this.round = new Round(
                ports.store(),
                ports.backup(),
                standing,
                ports.source(),
                ports.loader(),
                ports.stage(),
                departure,
                applier,
                failures,
                events,
                inspection,
                ports.settings().trees(),
                ports.clock(),
                ports.ticker());
        this.promotion = new Promotion(
                ports.store(),
                ports.backup(),
                standing,
                applier,
                ports.claims(),
                ports.site(),
                failures,
                events,
                nonces,
                ports.clock(),
                ports.ticker());
    }

    ReplicaPorts ports() {
        return ports;
    }

    Inspection inspection() {
        return inspection;
    }

    ApplyLock lock() {
        return lock;
    }

    /** What the daemon does by itself, as often as it looks: whatever the marker and the filestore ask for. */
    void attend(RoundControl control) {
        locked(() -> clearingUp(control::isAskedToStop, () -> {
            if (ports.backup().on()) {
                follow(control);
            } else {
                promotion.lead();
            }
            return null;
        }));
    }

    public RoundResult sync(ImportRequest ask, RoundControl control) {
        return locked(() -> clearingUp(control::isAskedToStop, () -> round.run(ask, control)));
    }

    public Promotion.Report promote(Promotion.Request request) {
        return locked(() -> promotion.promote(request));
    }

    /** Whether {@link #promote} would find this server to be the primary, as far as it knows by itself. Only looks. */
    public boolean isPrimary(Promotion.Request request) {
        return promotion.isPrimary(request);
    }

    /** @return what is live now; nothing when it went back to the state before the first import */
    public RoundResult rollback() {
        return locked(() -> clearingUp(() -> false, () -> {
            long start = ports.ticker().nanos();
            applier.finish();
            standing.ensure();
            departure.rollback();
            Applier.Outcome outcome = applier.finish();
            outcome.unwell().ifPresent(Replica::wentBackUnwell);
            return new RoundResult(
                    ports.store().ledger().live().flatMap(DatabaseVersion::snapshot),
                    ports.ticker().since(start),
                    0,
                    outcome.took());
        }));
    }

    /** What the work left behind is cleared up after it, however it ended. */
    private <T> T clearingUp(BooleanSupplier stop, Supplier<T> work) {
        T result;
        try {
            result = work.get();
        } catch (RuntimeException e) {
            cleanUp.run(stop);
            throw e;
        }
        cleanUp.run(stop);
        return result;
    }

    /**
     * Throws at once what {@link #rollback} would: before anybody is asked. An apply that is under way is finished
     * first, so then the answer is not known yet.
     */
    public void requireRollback() {
        if (!(ports.store().state() instanceof Applying)) {
            departure.requireRollback();
        }
    }

    /** Throws at once what {@link #sync} of this snapshot would: before anybody is asked. */
    public void demand(SnapshotId snapshot) {
        round.demand(snapshot);
    }

    private static void wentBackUnwell(UnderstudyException failure) {
        throw new UnderstudyException(
                failure.code(),
                "returned to the previous snapshot, but the site is unhealthy: " + failure.getMessage(),
                failure.hint(),
                failure);
    }

    private void follow(RoundControl control) {
        if (ports.store().state() instanceof Promoting) {
            promotion.resume();
        } else {
            round.run(ImportRequest.newest(), control);
        }
    }

    private <T> T locked(Supplier<T> work) {
        ProcessLock held = lock.acquire();
        try {
            return work.get();
        } finally {
            held.close();
        }
    }
}

package io.understudy.replica.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.parts.LiveParts;
import io.understudy.replica.apply.CleanUp;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.forecast.MeasuredTimes;
import io.understudy.replica.forecast.Measurement.Kind;
import io.understudy.replica.forecast.TakenSteps;
import io.understudy.replica.hold.Hold;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.promote.ReplicaSwitchover;
import io.understudy.replica.round.HoldDecisions;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.Rollback;
import io.understudy.replica.round.Round;
import io.understudy.replica.round.RoundControl;
import io.understudy.replica.round.RoundResult;
import io.understudy.replica.state.ApplyLock;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Promoting;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.SnapshotId;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a replica can do, each under the apply lock. Starts no thread. */
public final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    private final ApplyLock lock;
    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final Round round;
    private final Rollback rollback;
    private final Promotion promotion;
    private final ReplicaSwitchover switchover;
    private final HoldDecisions decisions;
    private final CleanUp cleanUp;
    private final LiveDatabases databases;
    private final MeasuredTimes measured;
    private final LiveParts parts;

    Replica(
            ApplyLock lock,
            ReplicaStateStore store,
            BackupMode backup,
            MeasuredWork work,
            Rollback rollback,
            ReplicaSwitchover switchover,
            HoldDecisions decisions,
            CleanUp cleanUp,
            LiveDatabases databases,
            LiveParts parts) {
        this.lock = lock;
        this.store = store;
        this.backup = backup;
        this.round = work.round();
        this.rollback = rollback;
        this.promotion = work.promotion();
        this.switchover = switchover;
        this.decisions = decisions;
        this.cleanUp = cleanUp;
        this.databases = databases;
        this.parts = parts;
        this.measured = work.measured();
    }

    /** What this server is, for the log. */
    String role() {
        ReplicaRecord record = store.record();
        if (!backup.on()) {
            return store.read().isEmpty()
                    ? "not in backup mode, nothing is imported; agent-replica init makes it a standby"
                    : record.state().label() + ", not in backup mode";
        }
        return record.live()
                .flatMap(DatabaseVersion::snapshot)
                .map(id -> "in backup mode, " + id + " is live")
                .orElse("in backup mode, nothing is imported yet");
    }

    /** What the daemon does by itself, as often as it looks: whatever the marker and the filestore ask for. */
    public void attend(RoundControl control) {
        locked(() -> clearingUp(() -> cleanUp.run(control::isAskedToStop), () -> {
            if (!backup.on()) {
                promotion.lead();
            } else if (store.state() instanceof Promoting) {
                promotion.resume();
            } else {
                promotion.follows();
                RoundResult result = imported(ImportRequest.newest(), control);
                switchover.takeOver();
                if (result.applied().isEmpty() && backup.on()) {
                    round.prepare(control);
                }
            }
            return null;
        }));
    }

    public RoundResult sync(ImportRequest ask, RoundControl control) {
        return locked(() -> clearingUp(() -> cleanUp.runAtOnce(control::isAskedToStop), () -> imported(ask, control)));
    }

    private RoundResult imported(ImportRequest ask, RoundControl control) {
        RoundResult result = round.run(ask, control);
        TakenSteps.of(result).ifPresent(steps -> measured.add(Kind.IMPORT, steps));
        return result;
    }

    public Promotion.Report promote(Promotion.Request request, RoundControl control) {
        return locked(() -> {
            Promotion.Report report = promotion.promote(request, control.hasOvertaken());
            measured.add(Kind.PROMOTION, TakenSteps.of(report));
            return report;
        });
    }

    /** Whether {@link #promote} would find this server to be the primary, as far as it knows by itself. Only looks. */
    public boolean isPrimary(Promotion.Request request) {
        return promotion.isPrimary(request);
    }

    /** Lets what is held become live, and imports what is due then. As {@link HoldDecisions#accept}. */
    public RoundResult accept(SnapshotId snapshot, RoundControl control) {
        return locked(() -> {
            decisions.accept(snapshot);
            return clearingUp(
                    () -> cleanUp.runAtOnce(control::isAskedToStop), () -> round.run(ImportRequest.decided(), control));
        });
    }

    /** The snapshot that is live. */
    Optional<SnapshotId> live() {
        return store.record().live().flatMap(DatabaseVersion::snapshot);
    }

    /** What is held and newer than what is live. */
    public Optional<Hold> held() {
        return decisions.held();
    }

    /** As {@link HoldDecisions#reject}. */
    public void reject(SnapshotId snapshot) {
        locked(() -> {
            decisions.reject(snapshot);
            return null;
        });
    }

    /** @return what is live now; nothing when it went back to the state before the first import */
    public RoundResult rollback() {
        return locked(() -> clearingUp(() -> cleanUp.runAtOnce(() -> false), () -> {
            rollback.require();
            // What an operator restored on top of the import is not part of what it goes back to.
            parts.removeFrom(store.record().live().flatMap(DatabaseVersion::snapshot));
            return rollback.run();
        }));
    }

    /** Throws at once what {@link #rollback} would: before anybody is asked. */
    public void requireRollback() {
        rollback.require();
    }

    /** Throws at once where nothing can be imported. */
    public void requireBackupMode() {
        backup.require();
    }

    /** Throws at once what {@link #sync} of this snapshot would: before anybody is asked. */
    public void require(SnapshotId snapshot) {
        round.require(snapshot);
    }

    /** What the work left behind is cleared up after it, however it ended. */
    private <T> T clearingUp(Runnable clear, Supplier<T> work) {
        T result;
        try {
            result = work.get();
        } catch (RuntimeException e) {
            clear.run();
            throw e;
        }
        clear.run();
        return result;
    }

    /** A promotion must not wait for the rest of a restore that was killed. */
    private void finishParts() {
        try {
            parts.finish().ifPresent(LOG::info);
        } catch (UnderstudyException e) {
            LOG.warn("{} ({})", e.getMessage(), e.hint());
        }
    }

    private <T> T locked(Supplier<T> work) {
        ProcessLock held = lock.acquire();
        try {
            return databases.during(() -> {
                finishParts();
                switchover.settle();
                return work.get();
            });
        } finally {
            held.close();
        }
    }
}

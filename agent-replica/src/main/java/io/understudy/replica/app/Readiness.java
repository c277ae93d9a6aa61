package io.understudy.replica.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Probe;
import io.understudy.replica.round.AwaitedEpoch;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.round.Inspection;
import io.understudy.replica.state.Applying;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.EpochStore;
import java.util.List;
import java.util.Optional;

/** Whether this server does what its role asks of it. */
final class Readiness {
    private final BackupMode marker;
    private final ReplicaStateStore store;
    private final Inspection inspection;
    private final EpochStore epochs;
    private final DaemonStatus live;

    Readiness(BackupMode marker, ReplicaStateStore store, Inspection inspection, EpochStore epochs, DaemonStatus live) {
        this.marker = marker;
        this.store = store;
        this.epochs = epochs;
        this.inspection = inspection;
        this.live = live;
    }

    Probe probe() {
        try {
            boolean standby = marker.on();
            return of(
                    standby,
                    store.record(),
                    inspection.look(),
                    live.waits(),
                    standby ? Optional.empty() : notPrimary());
        } catch (UnderstudyException e) {
            return Probe.down(e.getMessage());
        }
    }

    /** Why a server without a marker may not be the primary, as far as it is noted here: no filestore is asked. */
    private Optional<String> notPrimary() {
        return epochs.held().isEmpty()
                ? Optional.of("no epoch: this server was neither initialised nor promoted")
                : epochs.overtakenBy().map(by -> "fenced: epoch " + by + " of another server was seen");
    }

    /**
     * Ready: a standby that has something to serve, on which it was found intact, and whose last round did not fail; or
     * the primary. As the primary's agent says: not a server without a marker that is fenced, or holds no epoch.
     *
     * @param notPrimary why a server without a marker may not be the primary; empty where it may, and of a standby
     */
    static Probe of(
            boolean backupMode,
            ReplicaRecord record,
            List<Discrepancy> found,
            Optional<AwaitedEpoch> waits,
            Optional<String> notPrimary) {
        ReplicaState state = record.standing();
        if (state instanceof Promoted promoted && !promoted.holdsEpoch()) {
            return Probe.down(
                    promoted.isOverruled()
                            ? "fenced: epoch " + promoted.epoch() + ", which it was promoted to, is another server's"
                            : "promoted, but epoch " + promoted.epoch() + " is yet to be claimed");
        }
        if (!backupMode) {
            // A marker that was just removed by hand is a promotion, whose epoch comes.
            boolean settled = state instanceof Promoted || state instanceof Seeding;
            return notPrimary.filter(why -> settled).map(Probe::down).orElseGet(() -> Probe.up("not in backup mode"));
        }
        Optional<Discrepancy> broken =
                found.stream().filter(Discrepancy::breaksSite).findFirst();
        if (broken.isPresent()) {
            return Probe.down(broken.get().message());
        }
        if (record.lastError().isPresent()) {
            return Probe.down(record.lastError().get().message());
        }
        return record.live()
                .flatMap(DatabaseVersion::snapshot)
                .map(id -> Probe.up("follows, " + id + " is live"
                        + record.ahead()
                                .map(each -> ", " + each.snapshot() + " is ahead")
                                .orElse("")
                        + waits.map(each -> "; " + each.text()).orElse("")))
                .orElse(Probe.down((record.state() instanceof Applying
                                ? "nothing is live until the import that runs ends"
                                : "nothing was imported yet")
                        + waits.map(each -> "; " + each.text()).orElse("")));
    }
}

package io.understudy.replica.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Probe;
import io.understudy.replica.round.AwaitedEpoch;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.round.Inspection;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Applying;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.replica.state.ReplicaStateStore;
import java.util.List;
import java.util.Optional;

/** Whether this server does what its role asks of it. */
final class Readiness {
    private final BackupMode marker;
    private final ReplicaStateStore store;
    private final Inspection inspection;
    private final DaemonStatus live;

    Readiness(BackupMode marker, ReplicaStateStore store, Inspection inspection, DaemonStatus live) {
        this.marker = marker;
        this.store = store;
        this.inspection = inspection;
        this.live = live;
    }

    Probe probe() {
        try {
            return of(marker.on(), store.record(), inspection.look(), live.waits());
        } catch (UnderstudyException e) {
            return Probe.down(e.getMessage());
        }
    }

    /**
     * Ready: a standby that has something to serve, on which it was found intact, and whose last round did not fail, or
     * a server that is no standby.
     */
    static Probe of(boolean backupMode, ReplicaRecord record, List<Discrepancy> found, Optional<AwaitedEpoch> waits) {
        if (record.state() instanceof Promoted promoted && !promoted.claimed()) {
            return Probe.down("promoted, but epoch " + promoted.epoch() + " is yet to be claimed");
        }
        if (!backupMode) {
            return Probe.up("not in backup mode");
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

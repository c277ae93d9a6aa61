package io.understudy.replica.app;

import io.understudy.metrics.Probe;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Promoted;

/** Whether this server does what its role asks of it. */
final class Readiness {
    private Readiness() {}

    /** Ready: a standby that has something to serve and whose last round did not fail, or a server that is no standby. */
    static Probe of(boolean backupMode, ReplicaRecord ledger) {
        if (ledger.state() instanceof Promoted promoted && !promoted.claimed()) {
            return Probe.down("promoted, but epoch " + promoted.claim().epoch() + " is yet to be claimed");
        }
        if (!backupMode) {
            return Probe.up("not in backup mode");
        }
        if (ledger.lastError().isPresent()) {
            return Probe.down(ledger.lastError().get().message());
        }
        return ledger.live()
                .flatMap(DatabaseVersion::snapshot)
                .map(id -> Probe.up("follows, " + id + " is live"))
                .orElse(Probe.down("nothing was imported yet"));
    }
}

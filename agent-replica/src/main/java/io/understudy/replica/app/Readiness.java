package io.understudy.replica.app;

import io.understudy.replica.round.Discrepancy;
import java.util.Optional;
import java.util.List;
import io.understudy.metrics.Probe;
import io.understudy.replica.role.Copy;
import io.understudy.replica.role.Ledger;
import io.understudy.replica.role.ReplicaState.Promoted;

/** Whether this server does what its role asks of it. */
final class Readiness {
    private Readiness() {}

    /** Ready: a standby that has something to serve, on which it was found intact, and whose last round did not fail, or a server that is no standby. */
    static Probe of(boolean backupMode, Ledger ledger, List<Discrepancy> found) {
        if (ledger.state() instanceof Promoted promoted && !promoted.claimed()) {
            return Probe.down("promoted, but epoch " + promoted.claim().epoch() + " is yet to be claimed");
        }
        if (!backupMode) {
            return Probe.up("not in backup mode");
        }
        Optional<Discrepancy> broken = found.stream().filter(Discrepancy::breaksSite).findFirst();
        if (broken.isPresent()) {
            return Probe.down(broken.get().message());
        }
        if (ledger.trouble().isPresent()) {
            return Probe.down(ledger.trouble().get().message());
        }
        return ledger.live()
                .flatMap(Copy::snapshot)
                .map(id -> Probe.up("follows, " + id + " is live"))
                .orElse(Probe.down("nothing was imported yet"));
    }
}

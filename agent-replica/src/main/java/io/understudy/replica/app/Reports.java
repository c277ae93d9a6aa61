package io.understudy.replica.app;

import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings;
import io.understudy.replica.app.DaemonStatus.FilestoreSeen;
import io.understudy.replica.app.StatusView.FilestoreView;
import io.understudy.replica.app.StatusView.Live;
import io.understudy.replica.app.StatusView.PrimaryView;
import io.understudy.replica.app.StatusView.ProgressView;
import io.understudy.replica.discover.PrimaryLink;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaState.Following;
import io.understudy.repository.SnapshotId;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicaStatus;
import java.util.List;
import java.util.Optional;

/** What the running daemon says of itself, to commands and to the primary. */
final class Reports {
    private final ReplicaPorts ports;
    private final DaemonStatus live;

    Reports(ReplicaPorts ports, DaemonStatus live) {
        this.ports = ports;
        this.live = live;
    }

    /** @param primaries as they are seen now */
    ReplicaStatus status(List<PrimaryLink.Seen> primaries) {
        Settings settings = ports.settings();
        ReplicaRecord ledger = ports.store().ledger();
        StatusView view = StatusView.of(
                settings.site(),
                settings.replica().name(),
                ports.backup().on(),
                ledger,
                new Live(
                        true,
                        live.activity().map(ProgressView::of),
                        primaries.stream().map(Reports::view).toList(),
                        view(live.filestore())),
                ports.clock().instant());
        return Protos.of(view, AgentVersion.current(), live.highestEpoch(), ledger.lastError());
    }

    ReplicaReport report() {
        Settings settings = ports.settings();
        ReplicaRecord ledger = ports.store().ledger();
        Optional<DatabaseVersion> copy = ledger.live();
        String applied = copy.flatMap(DatabaseVersion::snapshot)
                .map(SnapshotId::toString)
                .orElse("");
        boolean proven = ledger.state() instanceof Following following && following.proven();
        ReplicaReport.Builder report = ReplicaReport.newBuilder()
                .setName(settings.replica().name())
                .setSite(settings.site())
                .setAgentVersion(AgentVersion.current())
                .setState(ledger.state().label())
                .setApplied(applied)
                .setProven(proven ? applied : "");
        copy.flatMap(DatabaseVersion::moment).map(Protos::timestamp).ifPresent(report::setMoment);
        live.activity()
                .ifPresent(
                        now -> report.setStep(now.step().label()).setProgress(Protos.progress(ProgressView.of(now))));
        ledger.lastError().ifPresent(lastError -> report.setLastError(Protos.failure(lastError.toException())));
        return report.build();
    }

    private static PrimaryView view(PrimaryLink.Seen seen) {
        return new PrimaryView(
                seen.address().toString(),
                seen.connected(),
                seen.heard(),
                Optional.of(seen.announced()).filter(text -> !text.isEmpty()));
    }

    private static FilestoreView view(FilestoreSeen seen) {
        return new FilestoreView(seen.name(), seen.reachable(), seen.seen(), seen.newest());
    }
}

package io.understudy.replica.app;

import com.google.protobuf.Timestamp;
import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.DaemonStatus.Activity;
import io.understudy.replica.app.StatusView.FilestoreView;
import io.understudy.replica.app.StatusView.Live;
import io.understudy.replica.app.StatusView.PrimaryView;
import io.understudy.replica.discover.PrimaryLink;
import io.understudy.replica.drill.DrillResults;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.forecast.Forecaster;
import io.understudy.replica.forecast.Seen;
import io.understudy.replica.hold.HoldBook;
import io.understudy.replica.round.AwaitedEpoch;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.round.Inspection;
import io.understudy.replica.round.RepositoryLook;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.replica.state.BackupMode;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import io.understudy.transport.RpcFailures;
import io.understudy.twoprimaries.GuardView;
import io.understudy.v1.Failure;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.StepProgress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What this replica is, looked at now; what is older carries its time. */
final class StatusReport {
    /** Reported by a server without the marker that imported nothing: the primary does not list it as a replica. */
    private static final String NO_STANDBY = "no_standby";

    private final Settings settings;
    private final ReplicaStateStore store;
    private final BackupMode backup;
    private final SnapshotSource source;
    private final HoldBook holds;
    private final DaemonStatus live;
    private final Inspection inspection;
    private final FilestoreLooks looks;
    private final Forecaster forecaster;
    private final Clock clock;
    private final DrillResults drills;
    private Supplier<GuardView> guard = () -> GuardView.NONE;

    StatusReport(
            Settings settings,
            ReplicaStateStore store,
            BackupMode backup,
            SnapshotSource source,
            HoldBook holds,
            DaemonStatus live,
            Inspection inspection,
            FilestoreLooks looks,
            Forecaster forecaster,
            Clock clock) {
        this.settings = settings;
        this.store = store;
        this.backup = backup;
        this.source = source;
        this.holds = holds;
        this.live = live;
        this.inspection = inspection;
        this.looks = looks;
        this.forecaster = forecaster;
        this.clock = clock;
        this.drills = new DrillResults(settings.state());
    }

    /** Shows what is seen of the other server and of the site's names, too. */
    StatusReport guardedBy(Supplier<GuardView> seen) {
        guard = seen;
        return this;
    }

    /** @param primaries as they are seen now */
    StatusView ofDaemon(List<PrimaryLink.Seen> primaries) {
        Asked asked = asked();
        return foreseen(new Live(
                        true,
                        live.activity().map(Activity::view),
                        primaries.stream().map(StatusReport::view).toList(),
                        asked.filestore().with(looks.stores().get()),
                        asked.waits(),
                        discrepancies(asked))
                .seeing(asked.epoch())
                .with(looks.shutdown().of(asked.filestore().newest()))
                .with(guard.get()));
    }

    /** @param daemon whether one runs, though it does not answer */
    StatusView ofCommand(boolean daemon) {
        List<PrimaryView> primaries = settings.replica().primaries().stream()
                .map(each ->
                        new PrimaryView(each.toString(), false, Optional.empty(), Optional.empty(), Optional.empty()))
                .toList();
        Asked asked = ask(settings.filestore().url().toString());
        return foreseen(new Live(
                        daemon,
                        Optional.empty(),
                        primaries,
                        asked.filestore().with(looks.stores().get()),
                        asked.waits(),
                        discrepancies(asked))
                .seeing(asked.epoch())
                .with(looks.shutdown().of(asked.filestore().newest()))
                .with(guard.get()));
    }

    /** A daemon that has had no need to ask yet has nothing to say. */
    private Asked asked() {
        return live.hasAsked()
                ? new Asked(live.filestore(), live.waits(), live.findings(), live.highestEpoch())
                : ask(live.filestore().name());
    }

    /** What a promotion would bring now. */
    Forecast forecast() {
        Asked asked = asked();
        return forecast(new Live(
                        true,
                        live.activity().map(Activity::view),
                        List.of(),
                        asked.filestore(),
                        asked.waits(),
                        discrepancies(asked))
                .with(looks.shutdown().of(asked.filestore().newest())));
    }

    private Forecast forecast(Live seen) {
        ReplicaRecord record = store.record();
        Optional<SnapshotId> applied = record.live().flatMap(DatabaseVersion::snapshot);
        return forecaster.of(new Seen(
                backup.on(),
                record,
                seen.discrepancies(),
                seen.filestore().newest(),
                seen.shutdown()
                        .filter(last -> last.siteStopped() && applied.equals(Optional.of(last.snapshot())))
                        .isPresent(),
                holds.current(),
                seen.progress().isPresent()));
    }

    private StatusView foreseen(Live seen) {
        return view(seen.with(forecast(seen)));
    }

    /** What the repository showed. @param epoch the highest one; 0 for none */
    private record Asked(
            FilestoreView filestore, Optional<AwaitedEpoch> waits, List<UnderstudyException> findings, int epoch) {}

    /** What the server contradicts now, and what the last look at the repository found. */
    private List<Discrepancy> discrepancies(Asked asked) {
        Optional<Discrepancy> other = source.namesake()
                .map(when -> Discrepancy.namesake(settings.replica().name(), when));
        return Stream.of(
                        inspection.look().stream(),
                        other.stream(),
                        asked.findings().stream().filter(each -> backup.on()).map(Discrepancy::inRepository))
                .flatMap(found -> found)
                .toList();
    }

    private StatusView view(Live seen) {
        return StatusView.of(
                settings.site(),
                settings.replica().name(),
                settings.database().name(),
                backup.on(),
                store.record(),
                seen.leaving(settings.trees().stream()
                                .filter(tree -> !tree.applied())
                                .map(TreeSettings::name)
                                .toList())
                        .holding(holds.current().map(HoldView::of))
                        .rehearsed(settings.failover().drill().map(each -> drills.read())),
                clock.instant());
    }

    private Asked ask(String name) {
        try {
            RepositoryLook look = RepositoryLook.at(source, store.record());
            FilestoreView seen =
                    new FilestoreView(name, true, Optional.of(clock.instant()), look.newest(), Optional.empty());
            return new Asked(seen, look.waits(), look.findings(), look.epoch());
        } catch (UnderstudyException e) {
            FilestoreView away =
                    new FilestoreView(name, false, Optional.empty(), Optional.empty(), Optional.of(e.getMessage()));
            return new Asked(away, Optional.empty(), List.of(), 0);
        }
    }

    /** @param found by the last inspection @param held the claim of this server's epoch */
    ReplicaReport report(List<Discrepancy> found, Supplier<Optional<EpochClaim>> held) {
        StatusView view = view(
                new Live(true, live.activity().map(Activity::view), List.of(), live.filestore(), live.waits(), found));
        ReplicaReport.Builder report = ReplicaReport.newBuilder()
                .setName(view.replica())
                .setSite(view.site())
                .setAgentVersion(AgentVersion.current())
                .setState(view.backupMode() || !view.state().equals("seeding") ? view.state() : NO_STANDBY)
                .setApplied(text(view.applied()))
                .setProven(view.proven() ? text(view.applied()) : "");
        held.get().ifPresent(claim -> report.setHeldEpoch(claim.epoch()).setClaim(claim.nonce()));
        report.setProduction(
                !view.backupMode() && (report.getHeldEpoch() > 0 || view.state().equals("promoted")));
        view.moment().map(StatusReport::timestamp).ifPresent(report::setMoment);
        view.ahead()
                .ifPresent(ahead ->
                        report.setAhead(ahead.snapshot().toString()).setAheadMoment(timestamp(ahead.moment())));
        view.held()
                .map(HoldView::snapshot)
                .filter(id ->
                        view.applied().filter(live -> live.compareTo(id) >= 0).isEmpty())
                .ifPresent(id -> report.setHeldSnapshot(id.toString()));
        view.progress()
                .filter(now -> live.activity().isPresent())
                .ifPresent(now -> report.setStep(now.step())
                        .setProgress(StepProgress.newBuilder()
                                .setStep(now.step())
                                .setDoneBytes(now.doneBytes())
                                .setTotalBytes(now.totalBytes())));
        found.stream()
                .filter(Discrepancy::breaksSite)
                .findFirst()
                .map(each -> Failure.newBuilder()
                        .setCode(each.code())
                        .setMessage(each.message())
                        .setHint(each.hint())
                        .build())
                .or(() -> store.record().lastError().map(each -> RpcFailures.message(each.toException())))
                .ifPresent(report::setLastError);
        return report.build();
    }

    private static PrimaryView view(PrimaryLink.Seen seen) {
        return new PrimaryView(
                seen.address().toString(),
                seen.connected(),
                seen.lastSeen(),
                Optional.of(seen.announced()).filter(text -> !text.isEmpty()),
                seen.error());
    }

    private static String text(Optional<SnapshotId> id) {
        return id.map(SnapshotId::toString).orElse("");
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}

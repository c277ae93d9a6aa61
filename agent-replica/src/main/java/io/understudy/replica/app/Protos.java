package io.understudy.replica.app;

import com.google.protobuf.Timestamp;
import io.understudy.cli.Problem;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.StatusView.FilestoreView;
import io.understudy.replica.app.StatusView.Live;
import io.understudy.replica.app.StatusView.PrimaryView;
import io.understudy.replica.app.StatusView.ProgressView;
import io.understudy.replica.state.FailedAttempt;
import io.understudy.repository.SnapshotId;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.Failure;
import io.understudy.v1.FilestoreSeen;
import io.understudy.v1.PrimarySeen;
import io.understudy.v1.PromoteDone;
import io.understudy.v1.ReplicaStatus;
import io.understudy.v1.StepProgress;
import io.understudy.v1.StepTime;
import io.understudy.v1.SyncDone;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Between what is shown and what travels. */
public final class Protos {
    private Protos() {}

    public static SyncDone of(Synced synced) {
        SyncDone.Builder done = SyncDone.newBuilder()
                .setApplied(synced.applied().map(SnapshotId::toString).orElse(""))
                .setSeconds(synced.seconds())
                .setFetchedBytes(synced.fetchedBytes());
        times(synced.steps()).forEach((step, seconds) -> done.addSteps(time(step, seconds)));
        return done.build();
    }

    public static Synced synced(SyncDone done) {
        Map<String, Double> steps = times(done.getStepsList());
        return new Synced(
                id(done.getApplied()),
                done.getSeconds(),
                done.getFetchedBytes(),
                new StepSeconds(
                        steps.getOrDefault("fetch", 0.0),
                        steps.getOrDefault("load", 0.0),
                        steps.getOrDefault("stage", 0.0),
                        steps.getOrDefault("apply", 0.0),
                        steps.getOrDefault("restart", 0.0),
                        steps.getOrDefault("prove", 0.0)));
    }

    public static PromoteDone of(PromoteResult result) {
        PromoteDone.Builder done = PromoteDone.newBuilder()
                .setEpoch(result.epoch())
                .setClaimed(result.claimed())
                .setHealthy(result.healthy())
                .setSnapshot(result.snapshot().map(SnapshotId::toString).orElse(""))
                .setSeconds(result.seconds())
                .addSteps(time("restart", result.steps().restart()))
                .addSteps(time("prove", result.steps().prove()));
        result.moment().map(Protos::timestamp).ifPresent(done::setMoment);
        result.warnings().stream().map(Protos::failure).forEach(done::addWarnings);
        return done.build();
    }

    public static PromoteResult promoted(PromoteDone done) {
        Map<String, Double> steps = times(done.getStepsList());
        return new PromoteResult(
                done.getEpoch(),
                done.getClaimed(),
                id(done.getSnapshot()),
                done.hasMoment() ? Optional.of(instant(done.getMoment())) : Optional.empty(),
                done.getSeconds(),
                done.getHealthy(),
                new PromoteResult.FileOps(steps.getOrDefault("restart", 0.0), steps.getOrDefault("prove", 0.0)),
                done.getWarningsList().stream()
                        .map(each -> new Problem(each.getCode(), each.getMessage(), each.getHint()))
                        .toList());
    }

    public static ReplicaStatus of(
            StatusView status, String agentVersion, int highestEpoch, Optional<FailedAttempt> lastError) {
        ReplicaStatus.Builder built = ReplicaStatus.newBuilder()
                .setSite(status.site())
                .setReplica(status.replica())
                .setAgentVersion(agentVersion)
                .setState(status.state())
                .setBackupMode(status.backupMode())
                .setApplied(text(status.applied()))
                .setProven(status.proven() ? text(status.applied()) : "")
                .setPrevious(text(status.previous()))
                .setFilestore(of(status.filestore()))
                .setFailures(status.failures())
                .setEpoch(status.epoch().orElse(0))
                .setHighestEpoch(highestEpoch);
        status.moment().map(Protos::timestamp).ifPresent(built::setMoment);
        status.progress().map(Protos::progress).ifPresent(built::setProgress);
        status.progress().ifPresent(now -> built.setImporting(now.snapshot().toString()));
        status.primaries().stream().map(Protos::of).forEach(built::addPrimaries);
        lastError.map(FailedAttempt::toException).map(RpcFailures::message).ifPresent(built::setLastError);
        status.retry().map(Protos::timestamp).ifPresent(built::setRetry);
        status.rejected().forEach(each -> built.addRejected(each.snapshot().toString()));
        return built.build();
    }

    public static Live live(ReplicaStatus status) {
        FilestoreSeen filestore = status.getFilestore();
        Optional<ProgressView> progress = id(status.getImporting())
                .filter(any -> status.hasProgress())
                .map(snapshot -> new ProgressView(
                        snapshot,
                        status.getProgress().getStep(),
                        status.getProgress().getDoneBytes(),
                        status.getProgress().getTotalBytes()));
        return new Live(
                true,
                progress,
                status.getPrimariesList().stream().map(Protos::view).toList(),
                new FilestoreView(
                        filestore.getName(),
                        filestore.getReachable(),
                        filestore.hasSeen() ? Optional.of(instant(filestore.getSeen())) : Optional.empty(),
                        id(filestore.getNewest())));
    }

    static StepProgress progress(ProgressView progress) {
        return progress(progress.step(), progress.doneBytes(), progress.totalBytes());
    }

    static StepProgress progress(String step, long done, long total) {
        return StepProgress.newBuilder()
                .setStep(step)
                .setDoneBytes(done)
                .setTotalBytes(total)
                .build();
    }

    static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }

    static Failure failure(UnderstudyException failure) {
        return RpcFailures.message(failure);
    }

    private static Failure failure(Problem problem) {
        return Failure.newBuilder()
                .setCode(problem.code())
                .setMessage(problem.message())
                .setHint(problem.hint())
                .build();
    }

    private static PrimarySeen of(PrimaryView primary) {
        PrimarySeen.Builder seen = PrimarySeen.newBuilder()
                .setAddress(primary.address())
                .setConnected(primary.connected())
                .setAnnounced(primary.announced().orElse(""));
        primary.heard().map(Protos::timestamp).ifPresent(seen::setHeard);
        return seen.build();
    }

    private static PrimaryView view(PrimarySeen seen) {
        return new PrimaryView(
                seen.getAddress(),
                seen.getConnected(),
                seen.hasHeard() ? Optional.of(instant(seen.getHeard())) : Optional.empty(),
                Optional.of(seen.getAnnounced()).filter(text -> !text.isEmpty()));
    }

    private static FilestoreSeen of(FilestoreView filestore) {
        FilestoreSeen.Builder seen = FilestoreSeen.newBuilder()
                .setName(filestore.name())
                .setReachable(filestore.reachable())
                .setNewest(text(filestore.newest()));
        filestore.seen().map(Protos::timestamp).ifPresent(seen::setSeen);
        return seen.build();
    }

    private static Map<String, Double> times(StepSeconds steps) {
        Map<String, Double> times = new LinkedHashMap<>();
        times.put("fetch", steps.fetch());
        times.put("load", steps.load());
        times.put("stage", steps.stage());
        times.put("apply", steps.apply());
        times.put("restart", steps.restart());
        times.put("prove", steps.prove());
        return times;
    }

    private static Map<String, Double> times(List<StepTime> steps) {
        Map<String, Double> times = new LinkedHashMap<>();
        steps.forEach(each -> times.put(each.getStep(), each.getSeconds()));
        return times;
    }

    private static StepTime time(String step, double seconds) {
        return StepTime.newBuilder().setStep(step).setSeconds(seconds).build();
    }

    private static String text(Optional<SnapshotId> id) {
        return id.map(SnapshotId::toString).orElse("");
    }

    private static Optional<SnapshotId> id(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(SnapshotId.parse(text));
    }
}

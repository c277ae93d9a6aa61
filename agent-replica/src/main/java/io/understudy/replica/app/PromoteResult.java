package io.understudy.replica.app;

import io.understudy.cli.Problem;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.Step;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code promote} prints with {@code --json}.
 *
 * @param epoch that this server holds, or will hold once it is claimed
 * @param claimed false after {@code --unfenced} without a filestore: the daemon goes on trying
 * @param snapshot that the site serves
 * @param moment of its data: what the old primary wrote later is not here
 * @param healthy whether the site was restarted and its health check passed
 */
public record PromoteResult(
        int epoch,
        boolean claimed,
        Optional<SnapshotId> snapshot,
        Optional<Instant> moment,
        double seconds,
        boolean healthy,
        FileOps steps,
        List<Problem> warnings) {

    /** Seconds. */
    record FileOps(double restart, double prove) {
        static FileOps of(Map<Step, Duration> steps) {
            return new FileOps(
                    StepSeconds.seconds(steps.getOrDefault(Step.RESTART, Duration.ZERO)),
                    StepSeconds.seconds(steps.getOrDefault(Step.PROVE, Duration.ZERO)));
        }
    }

    public static PromoteResult of(Report report) {
        return new PromoteResult(
                report.epoch(),
                report.claimed(),
                report.serving().snapshot(),
                report.serving().moment(),
                StepSeconds.seconds(report.took()),
                report.warnings().stream().noneMatch(PromoteResult::isOfTheSite),
                FileOps.of(report.steps()),
                report.warnings().stream().map(Problem::of).toList());
    }

    private static boolean isOfTheSite(UnderstudyException warning) {
        return warning.code().exitCode() / 10 == 7;
    }

    public String text() {
        StringBuilder text = new StringBuilder("promoted: this server is the primary");
        text.append(claimed ? ", epoch " : ", but has yet to claim epoch ").append(epoch);
        snapshot.ifPresent(id -> text.append("; it serves ").append(id));
        moment.ifPresent(then -> text.append(", data as of ").append(then));
        text.append(
                "\nnext: point DNS here; start agent-primary, which now takes the snapshots; keep the old primary off");
        return text.toString();
    }
}

package io.understudy.replica.app;

import io.understudy.cli.Problem;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.Step;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code promote} prints with {@code --json}.
 *
 * @param epoch 0: this server holds none; else the one this server holds, or will hold once it is claimed
 * @param claimed false after {@code --unfenced} without a filestore: the daemon goes on trying
 * @param snapshot that the site serves
 * @param moment of the data that it was promoted with: what the old primary wrote later is not here
 * @param healthy whether the site was restarted and its health check passed
 * @param already whether this server was the primary before: then nothing was done
 */
public record PromoteResult(
        int epoch,
        boolean claimed,
        Optional<SnapshotId> snapshot,
        Optional<Instant> moment,
        double seconds,
        boolean healthy,
        Steps steps,
        List<Problem> warnings,
        boolean already) {

    /** Seconds. */
    record Steps(double restart, double prove) {
        static Steps of(Map<Step, Duration> steps) {
            return new Steps(
                    StepSeconds.seconds(steps.getOrDefault(Step.RESTART, Duration.ZERO)),
                    StepSeconds.seconds(steps.getOrDefault(Step.PROVE, Duration.ZERO)));
        }
    }

    public static PromoteResult of(Report report) {
        return new PromoteResult(
                report.epoch(),
                report.claimed(),
                report.serving().flatMap(DatabaseVersion::snapshot),
                report.already() ? Optional.empty() : report.serving().flatMap(DatabaseVersion::moment),
                StepSeconds.seconds(report.took()),
                report.warnings().stream().noneMatch(PromoteResult::isOfTheSite),
                Steps.of(report.steps()),
                report.warnings().stream().map(Problem::of).toList(),
                report.already());
    }

    private static boolean isOfTheSite(UnderstudyException warning) {
        return warning.code().kind() == ErrorKind.SITE;
    }

    public String text() {
        if (already) {
            return "this server is already the primary" + (epoch > 0 ? ", epoch " + epoch : "")
                    + ": nothing was done; agent-replica promote --restart restarts its site";
        }
        StringBuilder text = new StringBuilder("promoted: this server is the primary");
        text.append(claimed ? ", epoch " : ", but has yet to claim epoch ").append(epoch);
        snapshot.ifPresent(id -> text.append("; it serves ").append(id));
        moment.ifPresent(then -> text.append(", data as of ").append(Moments.text(then)));
        text.append("\nnext: point DNS here; agent-primary takes the snapshots now, so it must run here;"
                + " keep the old primary off");
        return text.toString();
    }
}

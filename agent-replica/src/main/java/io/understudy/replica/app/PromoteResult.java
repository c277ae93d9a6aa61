package io.understudy.replica.app;

import com.fasterxml.jackson.annotation.JsonValue;
import io.understudy.cli.Problem;
import io.understudy.dns.DnsSwitched;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.Step;
import io.understudy.replica.promote.Promotion.Report;
import io.understudy.replica.promote.Took;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code promote} prints with {@code --json}.
 *
 * @param epoch 0: this server holds none; else the one this server holds, or will hold once it is claimed
 * @param claimed false after {@code --unfenced} without a filestore: the daemon goes on trying
 * @param snapshot that the site serves
 * @param moment of the data that it was promoted with: what the old primary wrote later is not here
 * @param ageSeconds of that data when the command began
 * @param from whether the promotion made it live, it was live before, or this server was the primary before
 * @param notAhead why what was loaded ahead is not served; empty where it is, nothing was, or it was not asked for
 * @param notNewest why a newer snapshot that is, or may be, in the filestore is not served; empty where there is none,
 *     or it was not asked for
 * @param healthy whether the site was restarted and its health check passed
 * @param already whether this server was the primary before: then nothing was done
 * @param dns what came of pointing the names here; empty without {@code dns}, and where {@code --no-dns} was given
 */
public record PromoteResult(
        int epoch,
        boolean claimed,
        Optional<SnapshotId> snapshot,
        Optional<Instant> moment,
        Optional<Long> ageSeconds,
        From from,
        Optional<Problem> notAhead,
        Optional<Problem> notNewest,
        double seconds,
        boolean healthy,
        Steps steps,
        List<Problem> warnings,
        boolean already,
        Optional<DnsSwitched> dns) {

    /** Where what is served comes from. */
    public enum From {
        AHEAD,
        LIVE,
        PRIMARY;

        static From of(Report report) {
            if (report.already()) {
                return PRIMARY;
            }
            return report.origin().ahead() ? AHEAD : LIVE;
        }

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Seconds.
     *
     * @param look to look into the filestore for a newer snapshot, and to load it
     * @param ahead to apply and prove what was loaded ahead
     * @param restart of the site as production
     */
    record Steps(double look, double ahead, double claim, double restart, double prove) {
        static Steps of(Took took) {
            return new Steps(
                    StepSeconds.seconds(took.look()),
                    StepSeconds.seconds(took.ahead()),
                    StepSeconds.seconds(took.claim()),
                    StepSeconds.seconds(took.site().getOrDefault(Step.RESTART, Duration.ZERO)),
                    StepSeconds.seconds(took.site().getOrDefault(Step.PROVE, Duration.ZERO)));
        }
    }

    public static PromoteResult of(Report report) {
        return new PromoteResult(
                report.epoch(),
                report.claimed(),
                report.serving().flatMap(DatabaseVersion::snapshot),
                report.serving().filter(unused -> report.age().isPresent()).flatMap(DatabaseVersion::moment),
                report.age().map(age -> Math.max(0, age.toSeconds())),
                From.of(report),
                report.origin().why().map(Problem::of),
                report.origin().missed().map(Problem::of),
                StepSeconds.seconds(report.took().all()),
                report.warnings().stream().noneMatch(PromoteResult::isOfTheSite),
                Steps.of(report.took()),
                report.warnings().stream().map(Problem::of).toList(),
                report.already(),
                Optional.empty());
    }

    /** The same with what came of the names; that it failed undoes nothing. */
    public PromoteResult with(Optional<DnsSwitched> switched) {
        return new PromoteResult(
                epoch,
                claimed,
                snapshot,
                moment,
                ageSeconds,
                from,
                notAhead,
                notNewest,
                seconds,
                healthy,
                steps,
                warnings,
                already,
                switched);
    }

    private static boolean isOfTheSite(UnderstudyException warning) {
        return warning.code().kind() == ErrorKind.SITE;
    }

    public String text() {
        if (already) {
            return "this server is already the primary" + (epoch > 0 ? ", epoch " + epoch : "")
                    + ": nothing was done; agent-replica promote --restart restarts its site"
                    + dns.map(names -> "\nnames: " + names.text()).orElse("");
        }
        StringBuilder text = new StringBuilder("promoted: this server is the primary");
        text.append(claimed ? ", epoch " : ", but has yet to claim epoch ").append(epoch);
        snapshot.ifPresent(id -> text.append("; it serves ").append(id));
        moment.ifPresent(then -> text.append(", data as of ").append(Moments.text(then)));
        ageSeconds.ifPresent(age ->
                text.append(", ").append(Moments.age(Duration.ofSeconds(age))).append(" old"));
        dns.ifPresent(names -> text.append("\nnames: ").append(names.text()));
        boolean pointHere = dns.filter(DnsSwitched::agrees).isEmpty();
        text.append(pointHere ? "\nnext: point DNS here; " : "\nnext: ")
                .append("agent-primary takes the snapshots now, so it must run here; keep the old primary off");
        return text.toString();
    }
}

package io.understudy.replica.app;

import io.understudy.cli.Bytes;
import io.understudy.replica.load.LoadReport;
import io.understudy.replica.rewrite.RewriteReport;
import io.understudy.replica.round.AwaitedEpoch;
import io.understudy.replica.round.Discrepancy;
import io.understudy.replica.round.RoundResult;
import io.understudy.repository.SnapshotId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code sync}, {@code restore} and {@code rollback} print with {@code --json}.
 *
 * @param mended what this server contradicted before, and does not any more
 * @param discrepancies what it contradicts still
 * @param applied what is live because of the command; null in JSON when nothing was new, or when it went back to what
 *     was here before Understudy
 * @param database how it was brought up; null in JSON when none was loaded
 * @param files what of them is otherwise than in the snapshot; null in JSON when none were exchanged
 * @param waiting what this standby waits for when there are snapshots, but none that it may import
 */
public record Synced(
        Optional<SnapshotId> applied,
        double seconds,
        long fetchedBytes,
        StepSeconds steps,
        Optional<String> waiting,
        List<Discrepancy> mended,
        List<Discrepancy> discrepancies,
        Optional<LoadReport> database,
        Optional<RewriteReport> files) {
    public static Synced of(RoundResult result) {
        return new Synced(
                result.applied(),
                StepSeconds.seconds(result.took()),
                result.fetchedBytes(),
                StepSeconds.of(result.steps()),
                result.waits().map(AwaitedEpoch::text),
                result.mended(),
                result.left(),
                result.database(),
                result.files());
    }

    /** With what is held: nothing newer becomes live until an operator decides. */
    Synced holding(Optional<HoldView> held) {
        return new Synced(
                applied,
                seconds,
                fetchedBytes,
                steps,
                waiting.or(() -> held.map(hold -> "holds " + hold.text() + "; " + hold.hint())),
                mended,
                discrepancies,
                database,
                files);
    }

    public String text() {
        String what = applied.map(
                        id -> "applied %s in %.1f s, %s fetched".formatted(id, seconds, Bytes.text(fetchedBytes)))
                .orElse(
                        mended.isEmpty()
                                ? "nothing new"
                                        + waiting.map(each -> ": this standby " + each)
                                                .orElse("")
                                : "repaired in %.1f s".formatted(seconds));
        return Stream.of(
                        Stream.of(what),
                        files.stream().flatMap(Synced::lines),
                        mended.stream().map(each -> "repaired: " + each.message()),
                        discrepancies.stream().map(each -> "still wrong: " + each.message() + "\nhint: " + each.hint()))
                .flatMap(lines -> lines)
                .collect(Collectors.joining("\n"));
    }

    private static Stream<String> lines(RewriteReport files) {
        return Stream.of(
                        Stream.of(files.named())
                                .filter(named -> !named.isEmpty())
                                .map(named -> "rewritten: " + named),
                        files.unmatched().stream().map(each -> "no effect: " + each),
                        files.maintenance().stream()
                                .map(each -> "left out: " + each + ", for the site was in maintenance mode"),
                        files.definers().stream()
                                .map(each -> "with the rights of an account that does not exist here: " + each),
                        files.left().stream().map(each -> "left as it is: tree " + each + " (apply: never)"))
                .flatMap(lines -> lines);
    }
}

package io.understudy.replica.app;

import io.understudy.cli.Bytes;
import io.understudy.replica.round.AwaitedEpoch;
import io.understudy.replica.round.RoundResult;
import io.understudy.repository.SnapshotId;
import java.util.Optional;

/**
 * What {@code sync}, {@code restore} and {@code rollback} print with {@code --json}.
 *
 * @param applied what is live because of the command; null in JSON when nothing was new, or when it went back to what stood here before Understudy
 * @param waiting what this standby waits for when there are snapshots, but none that it may import
 */
public record Synced(
        Optional<SnapshotId> applied, double seconds, long fetchedBytes, StepSeconds steps, Optional<String> waiting) {
    public static Synced of(RoundResult result) {
        return new Synced(
                result.applied(),
                StepSeconds.seconds(result.took()),
                result.fetchedBytes(),
                StepSeconds.of(result.steps()),
                result.waits().map(AwaitedEpoch::text));
    }

    public String text() {
        return applied.map(id -> "applied %s in %.1f s, %s fetched".formatted(id, seconds, Bytes.text(fetchedBytes)))
                .orElse("nothing new"
                        + waiting.map(each -> ": this standby " + each).orElse(""));
    }
}

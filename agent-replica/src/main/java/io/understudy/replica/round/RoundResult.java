package io.understudy.replica.round;

import io.understudy.replica.events.Step;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * @param applied what became live, by this round or by finishing what an earlier one had begun; empty when nothing was new
 * @param waits for what, when nothing could be imported though there are snapshots
 * @param fetchedBytes that came over the network
 * @param steps how long each took
 */
public record RoundResult(
        Optional<SnapshotId> applied,
        Optional<AwaitedEpoch> waits,
        Duration took,
        long fetchedBytes,
        Map<Step, Duration> steps) {
    public RoundResult {
        steps = Map.copyOf(steps);
    }
}

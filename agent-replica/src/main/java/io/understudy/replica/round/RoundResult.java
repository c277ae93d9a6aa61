package io.understudy.replica.round;

import io.understudy.replica.events.Step;
import io.understudy.replica.load.LoadReport;
import io.understudy.replica.rewrite.RewriteReport;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one round did.
 *
 * @param applied what became live, by this round or by finishing what an earlier one had begun; empty when nothing was
 *     new
 * @param waits for what, when nothing could be imported though there are snapshots
 * @param fetchedBytes that came over the network
 * @param steps how long each took
 * @param mended what the server contradicted before, and does not any more
 * @param left what it contradicts still
 * @param database how the database was brought up; empty when none was loaded
 * @param files what of them is otherwise than in the snapshot; empty when none were exchanged
 */
public record RoundResult(
        Optional<SnapshotId> applied,
        Optional<AwaitedEpoch> waits,
        Duration took,
        long fetchedBytes,
        Map<Step, Duration> steps,
        List<Discrepancy> mended,
        List<Discrepancy> left,
        Optional<LoadReport> database,
        Optional<RewriteReport> files) {
    public RoundResult {
        steps = Map.copyOf(steps);
        mended = List.copyOf(mended);
        left = List.copyOf(left);
    }

    /** Of work that makes nothing live. */
    static RoundResult notLive(
            Duration took,
            long fetchedBytes,
            Map<Step, Duration> steps,
            List<Discrepancy> left,
            Optional<LoadReport> database) {
        return new RoundResult(
                Optional.empty(), Optional.empty(), took, fetchedBytes, steps, List.of(), left, database);
    }

    /** Of work that exchanges no files. */
    public RoundResult(
            Optional<SnapshotId> applied,
            Optional<AwaitedEpoch> waits,
            Duration took,
            long fetchedBytes,
            Map<Step, Duration> steps,
            List<Discrepancy> mended,
            List<Discrepancy> left,
            Optional<LoadReport> database) {
        this(applied, waits, took, fetchedBytes, steps, mended, left, database, Optional.empty());
    }

    /** Of work that looks for no discrepancies. */
    public RoundResult(Optional<SnapshotId> applied, Duration took, long fetchedBytes, Map<Step, Duration> steps) {
        this(applied, Optional.empty(), took, fetchedBytes, steps, List.of(), List.of(), Optional.empty());
    }
}

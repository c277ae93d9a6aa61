package io.understudy.replica.app;

import io.understudy.replica.hold.Hold;
import io.understudy.replica.hold.HoldFinding;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;

/**
 * What is held, as {@code status --json} prints it.
 *
 * @param snapshot the newest that is held
 * @param first the oldest that is held
 * @param since when that one was
 * @param against what the newest was compared with
 * @param loaded whether the spare database holds it
 * @param findings why, the gravest first
 * @param more how many findings are left out
 */
public record HoldView(
        SnapshotId snapshot,
        SnapshotId first,
        Instant since,
        SnapshotId against,
        boolean loaded,
        List<HoldFinding> findings,
        int more) {
    public HoldView {
        findings = List.copyOf(findings);
    }

    static HoldView of(Hold hold) {
        return new HoldView(
                hold.snapshot(),
                hold.first(),
                hold.since(),
                hold.against(),
                hold.loaded(),
                hold.findings(),
                hold.more());
    }

    /** For people, on one line. */
    public String text() {
        return snapshot + ": "
                + String.join("; ", findings.stream().map(HoldFinding::text).toList())
                + (more == 0 ? "" : "; and " + more + " more");
    }

    /** What decides it. */
    public String hint() {
        return "agent-replica accept " + snapshot + " lets it become live, agent-replica reject " + snapshot
                + " does not; see docs/holds.md";
    }
}

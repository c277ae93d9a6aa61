package io.understudy.replica.hold;

import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;

/**
 * A snapshot that does not become live by itself, and those before it of which the same is true.
 *
 * @param snapshot the newest that is held
 * @param first the oldest that is held
 * @param before the newest before them that was not held: retention keeps it
 * @param since when the first was held
 * @param moment of the newest one's data
 * @param against what it was compared with
 * @param limits those that it was compared by: {@link HoldBook#limits}
 * @param loaded whether the spare database holds it
 * @param findings why, the gravest first; at most {@link HoldFindings#MOST}
 * @param more how many findings are not in the list
 */
public record Hold(
        SnapshotId snapshot,
        SnapshotId first,
        SnapshotId before,
        Instant since,
        Instant moment,
        SnapshotId against,
        String limits,
        boolean loaded,
        List<HoldFinding> findings,
        int more) {
    public Hold {
        findings = List.copyOf(findings);
    }

    /** Whether this snapshot is one of them. */
    public boolean covers(SnapshotId id) {
        return id.compareTo(first) >= 0 && id.compareTo(snapshot) <= 0;
    }

    Hold asLoaded() {
        return new Hold(snapshot, first, before, since, moment, against, limits, true, findings, more);
    }

    /** Without those before the newest. */
    public Hold onlyNewest() {
        return new Hold(snapshot, snapshot, before, since, moment, against, limits, loaded, findings, more);
    }

    /** Why, for people, on one line. */
    public String why() {
        String named =
                String.join("; ", findings.stream().map(HoldFinding::text).toList());
        return more == 0 ? named : named + "; and " + more + " more";
    }
}

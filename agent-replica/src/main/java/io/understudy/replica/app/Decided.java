package io.understudy.replica.app;

import io.understudy.replica.round.RoundResult;
import io.understudy.repository.SnapshotId;
import java.util.Optional;

/**
 * What {@code accept} and {@code reject} print with {@code --json}.
 *
 * @param decision {@code accepted} or {@code rejected}
 * @param applied what became live because of it; null in JSON when nothing did
 * @param held what is held still; null in JSON when nothing is
 */
public record Decided(SnapshotId snapshot, String decision, Optional<SnapshotId> applied, Optional<HoldView> held) {
    private static final String ACCEPTED = "accepted";

    /** @param live what is live behind the round */
    static Decided accepted(
            SnapshotId snapshot, RoundResult round, Optional<SnapshotId> live, Optional<HoldView> held) {
        Optional<SnapshotId> already = live.filter(id -> id.compareTo(snapshot) >= 0);
        return new Decided(snapshot, ACCEPTED, round.applied().or(() -> already), held);
    }

    static Decided rejected(SnapshotId snapshot, Optional<HoldView> held) {
        return new Decided(snapshot, "rejected", Optional.empty(), held);
    }

    public String text() {
        return decision + " " + snapshot
                + applied.map(id -> "; " + id + " is live")
                        .orElse(decision.equals(ACCEPTED) ? "; not live yet: see agent-replica status" : "")
                + held.map(hold -> "; held still: " + hold.text()).orElse("");
    }
}

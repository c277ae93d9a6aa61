package io.understudy.primary.capture.database.tracking;

import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFuzz;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The largest state file of a primary. */
public final class TrackingStateFuzz {
    private TrackingStateFuzz() {}

    public static List<Named> targets() {
        TrackingPoint point = new TrackingPoint(
                new SnapshotId(1, 42),
                "understudy_example_1a2b3c4d5e6f",
                "0/16B3748",
                "0f34",
                "740:742:",
                "3fa1",
                "",
                Map.of("\"public\".\"note\"", new TrackingPoint.Table("ab", Instant.EPOCH, List.of(3L, 4L))));
        return StateFuzz.of(
                "tracking-state",
                StateEntry.TRACKING,
                TrackingPoint.Saved.class,
                List.of(new TrackingPoint.Saved(List.of(point))));
    }
}

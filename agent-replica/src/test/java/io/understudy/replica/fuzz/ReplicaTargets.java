package io.understudy.replica.fuzz;

import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.replica.app.AnnouncementFuzz;
import io.understudy.replica.load.LoadFuzz;
import io.understudy.replica.stage.PlanFuzz;
import io.understudy.replica.state.ReplicaStateFuzz;
import java.util.List;
import java.util.stream.Stream;

/** The parsers that only a replica has. */
public final class ReplicaTargets {
    private ReplicaTargets() {}

    public static List<Named> all() {
        return Stream.of(PlanFuzz.targets(), LoadFuzz.targets(), ReplicaStateFuzz.targets(), AnnouncementFuzz.targets())
                .flatMap(List::stream)
                .toList();
    }
}

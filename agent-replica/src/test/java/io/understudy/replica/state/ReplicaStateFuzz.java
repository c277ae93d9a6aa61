package io.understudy.replica.state;

import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFuzz;
import java.util.List;

/** The state file that decides what a standby finishes after a crash. */
public final class ReplicaStateFuzz {
    private ReplicaStateFuzz() {}

    public static List<Named> targets() {
        return StateFuzz.of(
                "replica-state",
                StateEntry.REPLICA,
                ReplicaRecord.class,
                ReplicaStateTest.states().map(ReplicaRecord.empty()::with).toList());
    }
}

package io.understudy.replica.app;

import io.understudy.admin.AdminCall;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.drill.Drill;
import io.understudy.replica.drill.DrillControl;
import io.understudy.replica.drill.DrillReport;
import java.util.Optional;

/** The drills of a replica, if its configuration has any. Thread-safe. */
final class Drills {
    private static final String PROMOTION = "this server is promoted";

    private final Optional<Drill> drill;
    private final DrillControl control;

    Drills(Optional<Drill> drill, DrillControl control) {
        this.drill = drill;
        this.control = control;
    }

    Optional<Drill> drill() {
        return drill;
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} without {@code drill} in the configuration */
    DrillReport run(AdminCall call) {
        Drill configured = drill.orElseThrow(() -> new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot rehearse a promotion: the configuration has no drill",
                "set drill.start and drill.stop, docs/drill.md"));
        call.onCancel(() -> control.abandon("who asked for it left"));
        return configured.run(call.progress());
    }

    /** What a promotion needs comes first. */
    Worker abandonedFor(Worker worker) {
        promoted();
        return worker;
    }

    /** Gives up the drill that runs; does not wait for its end. */
    void promoted() {
        control.abandon(PROMOTION);
    }

    void close() {
        control.abandon("the agent stops");
    }
}

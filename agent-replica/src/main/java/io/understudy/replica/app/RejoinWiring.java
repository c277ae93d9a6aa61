package io.understudy.replica.app;

import io.understudy.process.SystemCommandRunner;
import io.understudy.replica.prepare.OrphanProgram;
import io.understudy.replica.prepare.Rejoin;
import io.understudy.repository.EpochStore;
import io.understudy.state.StateEntry;
import java.util.List;

/** Makes the return of an old primary. */
public final class RejoinWiring {
    private RejoinWiring() {}

    /** @param config arguments that name the configuration to another program */
    public static Rejoin of(ReplicaWiring wiring, List<String> config) {
        ReplicaPorts ports = wiring.ports();
        return new Rejoin(
                wiring.settings(),
                wiring.preparation(),
                wiring.marker(),
                wiring.store(),
                new EpochStore(wiring.settings().state()),
                wiring::repository,
                ports.databases(),
                ports.site(),
                OrphanProgram.of(
                        new SystemCommandRunner(
                                StateEntry.COMMANDS.in(wiring.settings().state())),
                        config),
                ports.ticker());
    }
}

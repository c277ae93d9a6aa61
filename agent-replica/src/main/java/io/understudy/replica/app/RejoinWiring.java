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
        return of(
                wiring,
                OrphanProgram.of(
                        new SystemCommandRunner(
                                StateEntry.COMMANDS.in(wiring.settings().state())),
                        config));
    }

    /** @param orphans saves what this server never shipped */
    public static Rejoin of(ReplicaWiring wiring, Rejoin.Orphans orphans) {
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
                orphans,
                ports.ticker());
    }
}

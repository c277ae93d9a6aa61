package io.understudy.replica.app;

import io.understudy.config.Settings;
import io.understudy.process.SystemCommandRunner;
import io.understudy.replica.kept.KeptCopies;
import io.understudy.replica.prepare.KeptReturn;
import io.understudy.replica.prepare.OrphanProgram;
import io.understudy.replica.prepare.Rejoin;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.state.StateEntry;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

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

    /** Claims are plain in each repository: whether the epoch of this server is over is seen without a key. */
    private static Repository claims(ReplicaWiring wiring) {
        Settings settings = wiring.settings();
        Optional<UUID> known = new EpochStore(settings.state()).repository();
        return known.isEmpty()
                ? wiring.repository()
                : Repository.open(
                        wiring.ports().filestore(),
                        settings.site(),
                        TrustedKeys.load(settings.signing().trustedKeys()),
                        wiring.ports().clock(),
                        known);
    }

    /** What is kept of it where it was overwritten. */
    static KeptCopies copies(ReplicaWiring wiring) {
        return new KeptCopies(
                wiring.settings(),
                new EpochStore(wiring.settings().state()),
                wiring.store(),
                wiring.ports().databases(),
                wiring.ports().clock(),
                wiring.ports().ticker());
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
                () -> claims(wiring),
                ports.databases(),
                ports.site(),
                new KeptReturn(copies(wiring), orphans),
                ports.ticker());
    }
}

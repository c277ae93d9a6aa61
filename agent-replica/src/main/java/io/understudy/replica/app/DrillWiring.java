package io.understudy.replica.app;

import io.understudy.config.DrillSettings;
import io.understudy.config.DrillSettings.DrillCommands;
import io.understudy.config.Settings;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.dump.DatabaseRestore;
import io.understudy.events.Events;
import io.understudy.postgres.Database;
import io.understudy.process.SystemCommandRunner;
import io.understudy.replica.drill.Drill;
import io.understudy.replica.drill.DrillControl;
import io.understudy.replica.drill.DrillParts;
import io.understudy.replica.drill.SpareAccess;
import io.understudy.replica.fetch.MirroredReader;
import io.understudy.replica.forecast.Measurement;
import io.understudy.replica.forecast.TakenSteps;
import io.understudy.site.CommandSiteService;
import io.understudy.state.StateEntry;
import java.util.List;
import java.util.Optional;

/** Wires what rehearses promotions. */
final class DrillWiring {
    private DrillWiring() {}

    /** Where no daemon keeps rounds and drills apart the database is loaded. */
    static Drills ofCommand(ReplicaWiring wiring, Events events) {
        return of(wiring, Optional.empty(), events);
    }

    static Drills ofDaemon(ReplicaWiring wiring, SpareAccess spare, Events events) {
        return of(wiring, Optional.of(spare), events);
    }

    private static Drills of(ReplicaWiring wiring, Optional<SpareAccess> spare, Events events) {
        DrillControl control = new DrillControl();
        return new Drills(
                wiring.settings().failover().drill().map(drill -> drill(wiring, drill, spare, control, events)),
                control);
    }

    private static Drill drill(
            ReplicaWiring wiring,
            DrillSettings drill,
            Optional<SpareAccess> spare,
            DrillControl control,
            Events events) {
        Settings settings = wiring.settings();
        ReplicaPorts ports = wiring.ports();
        Optional<DrillParts.Server> server = settings.database().isThere()
                ? Optional.of(new DrillParts.Server(
                        new Database(settings.database()),
                        new DatabaseRestore(settings),
                        spare,
                        wiring.snapshots()::erased))
                : Optional.empty();
        return new DrillParts(settings, drill, ports.clock(), ports.ticker())
                .drill(
                        new MirroredReader(wiring::repository, wiring.snapshots()::here),
                        server,
                        ports.disk().space(),
                        wiring.store(),
                        wiring.marker(),
                        new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state()), ports.ticker()),
                        runner -> new CommandSiteService(asked(drill.site()), runner, ports.ticker()),
                        (start, health) -> wiring.measured().add(Measurement.Kind.DRILL, TakenSteps.of(start, health)),
                        control,
                        events);
    }

    /** The health check alone. */
    private static ServiceSettings asked(DrillCommands site) {
        return new ServiceSettings(List.of(), List.of(), List.of(), site.environment(), site.limit(), site.health());
    }
}

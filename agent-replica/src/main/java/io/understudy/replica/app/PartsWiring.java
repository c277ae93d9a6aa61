package io.understudy.replica.app;

import io.understudy.config.Settings;
import io.understudy.parts.LiveParts;
import io.understudy.parts.LiveSite;
import io.understudy.parts.PartsDisk;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.replica.stage.ReplicaTaking;
import io.understudy.replica.state.ApplyLock;
import io.understudy.replica.state.DatabaseVersion;
import java.time.Duration;

/** Restores of parts to the files that a standby's site uses. */
public final class PartsWiring {
    /** An import that begins takes longer, and is what would replace the same files. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private PartsWiring() {}

    /** @throws io.understudy.failure.UnderstudyException where this server is not in backup mode */
    public static LiveSite site(ReplicaWiring wiring) {
        ReplicaPorts ports = wiring.ports();
        ports.disk().marker().require();
        ApplyLock lock = new ApplyLock(wiring.settings().state());
        return new LiveSite(
                parts(wiring.settings(), ports),
                () -> lock.acquire(PATIENCE, ports.ticker()),
                () -> ports.disk().store().record().live().flatMap(DatabaseVersion::snapshot),
                wiring.access().audit());
    }

    static LiveParts parts(Settings settings, ReplicaPorts ports) {
        ReplicaDisk disk = ports.disk();
        return new LiveParts(
                settings.state(),
                settings.trees(),
                new ReplicaTaking(
                        settings.trees(), Rewrites.of(settings.replica().changes())),
                new PartsDisk(disk.files(), disk.space(), disk.mounts(), ports.clock()),
                ports.ticker());
    }
}

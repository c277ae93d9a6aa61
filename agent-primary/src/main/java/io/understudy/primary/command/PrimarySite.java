package io.understudy.primary.command;

import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings;
import io.understudy.metrics.Monitoring;
import io.understudy.primary.app.Daemon;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.sites.Role;
import io.understudy.sites.SiteAgent;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** The daemon of one site in a process with several: the same as in one of its own. */
final class PrimarySite implements SiteAgent {
    /** As long as the end of one in a process of its own is waited for. */
    private static final Duration LIMIT = Duration.ofSeconds(45);

    static final Role ROLE = new Role("primary", settings -> settings.primary().http(), PrimarySite::new, LIMIT);

    private final PrimaryWiring wiring;
    private final Daemon daemon;
    private final AtomicReference<Runnable> whenUp = new AtomicReference<>(() -> {});

    PrimarySite(Settings settings) {
        Monitoring monitoring = Monitoring.of(settings, ROLE.name(), AgentVersion.current());
        this.wiring = PrimaryWiring.metered(settings, monitoring);
        this.daemon = wiring.daemon(monitoring, port -> whenUp.get().run());
    }

    @Override
    public void run(Runnable up) {
        whenUp.set(up);
        daemon.run();
    }

    @Override
    public void ending() {
        daemon.stop();
    }

    @Override
    public void close() {
        wiring.close();
    }
}

package io.understudy.replica.command;

import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings;
import io.understudy.metrics.Monitoring;
import io.understudy.replica.app.ReplicaAgent;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.sites.Role;
import io.understudy.sites.SiteAgent;
import java.time.Duration;

/** The daemon of one site in a process with several: the same as in one of its own. */
final class ReplicaSite implements SiteAgent {
    /** An apply is finished, for as long as the site's commands may take; who ends the process sets the limit. */
    private static final Duration LIMIT = Duration.ofHours(1);

    static final Role ROLE = new Role("replica", settings -> settings.replica().http(), ReplicaSite::new, LIMIT);

    private final ReplicaWiring wiring;
    private final ReplicaAgent agent;

    ReplicaSite(Settings settings) {
        Monitoring monitoring = Monitoring.of(settings, "replica", AgentVersion.current());
        this.wiring = ReplicaWiring.metered(settings, monitoring);
        this.agent = wiring.daemon(monitoring);
    }

    @Override
    public void run(Runnable up) throws InterruptedException {
        try {
            agent.start();
            up.run();
            agent.await();
        } finally {
            // What ended the wait must not cut short the end of what was started.
            Thread.interrupted();
            agent.close();
        }
    }

    @Override
    public void ending() {
        // The interrupt suffices.
    }

    @Override
    public void close() {
        wiring.close();
    }
}

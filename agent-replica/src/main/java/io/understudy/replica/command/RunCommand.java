package io.understudy.replica.command;

import io.understudy.cli.AgentVersion;
import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import io.understudy.config.SiteFolder;
import io.understudy.metrics.Monitoring;
import io.understudy.replica.app.ReplicaAgent;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.sites.Overview;
import io.understudy.sites.Sites;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

@Command(name = "run", description = "The daemon: follows the primary until it is stopped.")
final class RunCommand implements Runnable {
    @ParentCommand
    private ReplicaCli cli;

    @Mixin
    private Overview overview;

    @Override
    public void run() {
        Optional<SiteFolder> several = cli.choice().all();
        Optional<HostPort> list = overview.address(several.isPresent());
        if (several.isPresent()) {
            Sites.run(several.get(), ReplicaSite.ROLE, list);
        } else {
            one();
        }
    }

    private void one() {
        Settings settings = cli.settings();
        cli.choice().requireOwnPlaces(settings);
        Monitoring monitoring = Monitoring.of(settings, "replica", AgentVersion.current());
        try (ReplicaWiring wiring = ReplicaWiring.metered(settings, monitoring)) {
            ReplicaAgent agent = wiring.daemon(monitoring);
            Thread stop = new Thread(agent::close, "stop");
            try {
                agent.start();
            } catch (RuntimeException e) {
                agent.close();
                throw e;
            }
            Runtime.getRuntime().addShutdownHook(stop);
            await(agent);
        }
    }

    /** A signal ends the process by the hook above. */
    private static void await(ReplicaAgent agent) {
        try {
            agent.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.understudy.replica.command;

import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings;
import io.understudy.events.Events;
import io.understudy.metrics.FilestoreMetrics;
import io.understudy.metrics.Metrics;
import io.understudy.replica.app.ReplicaAgent;
import java.time.Clock;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(name = "run", description = "The daemon: follows the primary until it is stopped.")
final class RunCommand implements Runnable {
    @ParentCommand
    private ReplicaCli cli;

    @Override
    public void run() {
        Settings settings = cli.settings();
        Metrics metrics = new Metrics(settings.site(), "replica", AgentVersion.current());
        String filestore = settings.filestore().url().toString();
        Events events = new Events(Clock.systemUTC(), new FilestoreMetrics(metrics, filestore));
        try (ReplicaWiring wiring = ReplicaWiring.metered(settings, events)) {
            ReplicaAgent agent = new ReplicaAgent(wiring.ports(), metrics, events, wiring.filestoreName());
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

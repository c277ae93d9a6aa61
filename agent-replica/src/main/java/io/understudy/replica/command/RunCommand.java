package io.understudy.replica.command;

import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings;
import io.understudy.metrics.Monitoring;
import io.understudy.replica.app.ReplicaAgent;
import io.understudy.replica.app.ReplicaWiring;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(name = "run", description = "The daemon: follows the primary until it is stopped.")
final class RunCommand implements Runnable {
    @ParentCommand
    private ReplicaCli cli;

    @Override
    public void run() {
        Settings settings = cli.settings();
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

package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.replica.app.ReplicaWiring;
import java.util.concurrent.Callable;
import picocli.CommandLine.ParentCommand;

/** A command that works with this server's adapters, which are closed after it. */
abstract class ReplicaCommand implements Callable<Integer> {
    @ParentCommand
    ReplicaCli cli;

    @Override
    public final Integer call() {
        Settings settings = cli.settings();
        try (ReplicaWiring wiring = ReplicaWiring.of(settings)) {
            return run(settings, wiring);
        }
    }

    /** @return the exit code */
    abstract int run(Settings settings, ReplicaWiring wiring);
}

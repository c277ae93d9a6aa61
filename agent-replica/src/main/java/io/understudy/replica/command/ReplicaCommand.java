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
        return forAllSites() ? cli.forEachSite(this::run) : run(cli.settings());
    }

    private int run(Settings settings) {
        try (ReplicaWiring wiring = ReplicaWiring.of(settings)) {
            return run(settings, wiring);
        }
    }

    /** Whether it is for all sites of a folder where none is named. It then runs on several threads at once. */
    boolean forAllSites() {
        return false;
    }

    /** @return the exit code */
    abstract int run(Settings settings, ReplicaWiring wiring);
}

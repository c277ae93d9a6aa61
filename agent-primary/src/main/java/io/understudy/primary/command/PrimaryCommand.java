package io.understudy.primary.command;

import io.understudy.config.Settings;
import io.understudy.primary.app.PrimaryWiring;
import java.util.concurrent.Callable;
import picocli.CommandLine.ParentCommand;

/** A command that works with an agent of this host's settings, which is closed after it. */
abstract class PrimaryCommand implements Callable<Integer> {
    @ParentCommand
    PrimaryCli cli;

    @Override
    public final Integer call() {
        return forAllSites() ? cli.forEachSite(this::run) : run(cli.settings());
    }

    private int run(Settings settings) {
        try (PrimaryWiring agent = PrimaryWiring.of(settings)) {
            return run(agent);
        }
    }

    /** Whether it is for all sites of a folder where none is named. It then runs on several threads at once. */
    boolean forAllSites() {
        return false;
    }

    /** @return the exit code */
    abstract int run(PrimaryWiring agent);
}

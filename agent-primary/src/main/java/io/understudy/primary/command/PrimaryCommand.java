package io.understudy.primary.command;

import io.understudy.primary.app.PrimaryWiring;
import java.util.concurrent.Callable;
import picocli.CommandLine.ParentCommand;

/** A command that works with an agent of this host's settings, which is closed after it. */
abstract class PrimaryCommand implements Callable<Integer> {
    @ParentCommand
    PrimaryCli cli;

    @Override
    public final Integer call() {
        try (PrimaryWiring agent = PrimaryWiring.of(cli.settings())) {
            return run(agent);
        }
    }

    /** @return the exit code */
    abstract int run(PrimaryWiring agent);
}

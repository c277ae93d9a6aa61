package io.understudy.primary.command;

import io.understudy.cli.AgentVersion;
import io.understudy.primary.app.PrimaryAgent;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.ParentCommand;

/** A command that works with an agent of this host's settings, which is closed after it. */
abstract class PrimaryCommand implements Callable<Integer> {
    @ParentCommand
    PrimaryCli cli;

    @Override
    public final Integer call() {
        Clock clock = Clock.systemDefaultZone();
        try (PrimaryAgent agent = new PrimaryAgent(cli.settings(), AgentVersion.current(), clock, Ticker.system())) {
            return run(agent);
        }
    }

    /** @return the exit code */
    abstract int run(PrimaryAgent agent);
}

package io.understudy.browse;

import io.understudy.config.Settings;
import java.util.concurrent.Callable;
import picocli.CommandLine.ParentCommand;

/** A command of both agents that reads snapshots. */
abstract class BrowseCommand implements Callable<Integer> {
    @ParentCommand
    private SnapshotCommands parent;

    SnapshotProgram cli;

    @Override
    public final Integer call() {
        cli = parent.program();
        Settings settings = cli.settings();
        parent.reading(settings, reader -> {
            run(settings, reader);
            return null;
        });
        return 0;
    }

    abstract void run(Settings settings, SnapshotReader reader);
}

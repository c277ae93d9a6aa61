package io.understudy.roundtrip;

import io.understudy.browse.SnapshotProgram;
import io.understudy.config.Settings;
import io.understudy.dump.DatabaseOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The part of both agents' {@code restore} that makes databases. */
@Command(name = "restore-database")
final class RestoreDatabaseCommand implements Callable<Integer> {
    @ParentCommand
    private SnapshotProgram cli;

    @Parameters(index = "0")
    private String id;

    @Parameters(index = "1")
    private String name;

    @Mixin
    private DatabaseOptions options;

    @Override
    public Integer call() {
        Settings settings = cli.settings();
        return cli.reading(settings, reader -> {
            options.restore(cli, id, name, settings, reader);
            return 0;
        });
    }
}

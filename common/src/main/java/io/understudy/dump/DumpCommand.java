package io.understudy.dump;

import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.setup.SnapshotName;
import java.io.OutputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "dump",
        description = {
            "Writes a snapshot's database to standard output, as a script for psql:",
            "psql -v ON_ERROR_STOP=1 -f FILE loads it into an empty database."
        })
public final class DumpCommand implements Callable<Integer> {
    @ParentCommand
    private SnapshotProgram cli;

    @Parameters(paramLabel = "ID", description = "The snapshot: " + SnapshotName.FORMS + ".")
    private String id;

    @Mixin
    private DumpOptions options;

    @Option(names = "--no-owner", description = "Without owners and rights: all belongs to the user that loads it.")
    private boolean noOwner;

    @Override
    public Integer call() {
        Settings settings = cli.settings();
        DumpRequest request = options.request(!noOwner);
        return cli.reading(settings, reader -> dump(settings, reader, request));
    }

    private int dump(Settings settings, SnapshotReader reader, DumpRequest request) {
        SnapshotReader.Opened opened = reader.open(cli.find(id, reader));
        DatabaseDump dump = DatabaseDump.of(opened, settings, request);
        dump.leftOut().forEach(each -> cli.say("left out: " + each));
        return cli.stream(out -> cli.interruptible(() -> write(dump, out)));
    }

    private void write(DatabaseDump dump, OutputStream out) {
        try (ProgressDisplay progress = cli.progress()) {
            dump.write(out, progress);
        }
    }
}

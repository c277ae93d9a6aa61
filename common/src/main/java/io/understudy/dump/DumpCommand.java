package io.understudy.dump;

import io.understudy.browse.SnapshotCommands;
import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.cli.ProgressDisplay;
import io.understudy.config.NearestName;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
            "psql -v ON_ERROR_STOP=1 -f FILE loads it into an empty database.",
            "With --format directory: a tar archive of pg_dump's directory format; with --to, its folder.",
            "With --database NAME: one of databases[], as its dump command wrote it."
        })
public final class DumpCommand implements Callable<Integer> {
    private static final String DIRECTORY = "directory";
    private static final List<String> FORMATS = List.of("plain", DIRECTORY);

    @ParentCommand
    private SnapshotCommands parent;

    private SnapshotProgram cli;

    @Parameters(paramLabel = "ID", description = "The snapshot: " + SnapshotName.FORMS + ".")
    private String id;

    @Mixin
    private DumpOptions options;

    @Option(names = "--no-owner", description = "Without owners and rights: all belongs to the user that loads it.")
    private boolean noOwner;

    @Option(
            names = "--format",
            paramLabel = "plain|directory",
            defaultValue = "plain",
            description =
                    "plain: a script; directory: pg_dump's directory format, for pg_restore. Default: ${DEFAULT-VALUE}")
    private String format;

    @Option(
            names = "--to",
            paramLabel = "PATH",
            description = "A new file, or with --format directory a new folder, in place of standard output.")
    private Path to;

    /**
     * What {@code dump --to} prints with {@code --json}.
     *
     * @param to the file or folder
     * @param leftOut what belongs to the tables that were named and needs others
     * @param erased how many rows of which tables were left out because they were erased
     */
    private record Written(SnapshotId snapshot, String to, List<String> leftOut, List<String> erased) {}

    @Override
    public Integer call() {
        cli = parent.program();
        if (!FORMATS.contains(format)) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot dump in the format " + format + ": there is none of this name",
                    NearestName.of(format, FORMATS)
                                    .map(near -> "did you mean " + near + "? ")
                                    .orElse("")
                            + "plain is a script for psql, directory a folder for pg_restore");
        }
        if (isDirectory()) {
            requireDirectory();
        }
        Settings settings = cli.settings();
        DumpRequest request = options.request(!noOwner);
        if (to != null) {
            return parent.reading(settings, reader -> toPath(settings, reader));
        }
        return parent.reading(settings, reader -> dump(settings, reader, request));
    }

    private boolean isDirectory() {
        return format.equals(DIRECTORY);
    }

    private void requireDirectory() {
        if (noOwner) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--no-owner is for a script: in the directory format pg_restore leaves owners out",
                    "leave it out here, and run pg_restore --no-owner --no-privileges");
        }
        if (to == null) {
            cli.requireNoScreen(
                    "a dump in the directory format",
                    "give it to a program: | tar -x -C FOLDER; or write the folder itself: --to FOLDER");
        }
    }

    private int toPath(Settings settings, SnapshotReader reader) {
        Asked asked = options.asked(settings.site(), id, !noOwner, Optional.empty());
        FileDump dump = new FileDump(cli, options, settings, reader);
        if (isDirectory()) {
            dump.writeFolder(asked, to, this::print);
        } else {
            dump.write(asked, to, this::print);
        }
        return 0;
    }

    private void print(FileDump.Written done) {
        cli.print(
                new Written(done.snapshot(), to.toString(), done.leftOut(), done.erased()),
                () -> done.snapshot() + " is dumped to " + to);
    }

    private int dump(Settings settings, SnapshotReader reader, DumpRequest request) {
        SnapshotId snapshot = cli.find(id, reader);
        return reader.held(List.of(snapshot), cli::say, () -> dump(settings, reader, snapshot, request));
    }

    private int dump(Settings settings, SnapshotReader reader, SnapshotId snapshot, DumpRequest request) {
        SnapshotReader.Opened opened = reader.open(snapshot);
        Optional<OtherDump> other = OtherDump.of(opened, options.database(), options);
        if (other.isPresent()) {
            return dump(other.get());
        }
        DatabaseDump dump =
                DatabaseDump.of(opened, settings, request).leavingOut(options.erased(cli, settings, reader));
        dump.leftOut().forEach(each -> cli.say("left out: " + each));
        dump.erased().forEach(cli::say);
        cli.write(out -> cli.interruptible(() -> write(dump, out)));
        return 0;
    }

    private int dump(OtherDump dump) {
        if (isDirectory() || noOwner) {
            throw OtherDump.unfit();
        }
        cli.write(out -> cli.interruptible(() -> {
            try (ProgressDisplay progress = cli.progress()) {
                dump.write(out, progress);
            }
        }));
        return 0;
    }

    private void write(DatabaseDump dump, OutputStream out) {
        try (ProgressDisplay progress = cli.progress()) {
            if (isDirectory()) {
                dump.writeTar(out, progress);
            } else {
                dump.write(out, progress);
            }
        }
    }
}

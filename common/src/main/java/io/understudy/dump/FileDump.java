package io.understudy.dump;

import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.browse.WholeBlobs;
import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Dumps a snapshot's database to a new file or folder, for the commands that do so. What was killed goes on. */
final class FileDump {
    private final SnapshotProgram cli;
    private final DumpOptions options;
    private final Settings settings;
    private final SnapshotReader reader;

    /**
     * What was written.
     *
     * @param leftOut what belongs to the tables that were named and needs others
     * @param erased how many rows of which tables were left out because they were erased
     */
    record Written(SnapshotId snapshot, List<String> leftOut, List<String> erased) {}

    FileDump(SnapshotProgram cli, DumpOptions options, Settings settings, SnapshotReader reader) {
        this.cli = cli;
        this.options = options;
        this.settings = settings;
        this.reader = reader;
    }

    /** @param asked of a snapshot that is found by its name */
    void write(Asked asked, Path to, Consumer<Written> result) {
        DumpFile file = DumpFile.of(to);
        write(asked, file.begun(asked), result, (found, opened, earlier) -> write(found, file, opened, earlier));
    }

    /** The same in pg_dump's directory format. @throws UnderstudyException {@code USAGE}, where a command wrote it */
    void writeFolder(Asked asked, Path to, Consumer<Written> result) {
        DumpFolder folder = DumpFolder.of(to);
        write(asked, folder.begun(asked), result, (found, opened, earlier) -> write(found, folder, opened, earlier));
    }

    /** Empty where nothing is written. */
    private interface Work {
        Optional<Written> write(Asked asked, Opened opened, Earlier earlier);
    }

    private void write(Asked asked, Optional<SnapshotId> begun, Consumer<Written> result, Work work) {
        Resuming.run(cli, asked.name(), reader, begun, (opened, earlier) -> {
            // A part that stays is of content that was compared with its hash before a byte of it was written.
            Opened whole = new Opened(opened.manifest(), new WholeBlobs(opened.blobs()));
            Asked found = asked.of(opened.manifest().snapshot(), asked.name());
            cli.interruptible(() -> work.write(found, whole, earlier).ifPresent(result));
        });
    }

    private Optional<Written> write(Asked asked, DumpFile file, Opened opened, Earlier earlier) {
        Optional<OtherDump> other = OtherDump.of(opened, options.database(), options);
        if (other.isPresent()) {
            if (!asked.request().owners()) {
                throw OtherDump.unfit();
            }
            Written written = new Written(asked.snapshot(), List.of(), List.of());
            return Optional.of(written).filter(each -> write(asked, file, earlier, other.get()::script));
        }
        DatabaseDump dump = dump(opened, asked);
        return Optional.of(written(asked, dump)).filter(each -> write(asked, file, earlier, dump::script));
    }

    private Optional<Written> write(Asked asked, DumpFolder folder, Opened opened, Earlier earlier) {
        OtherDump.of(opened, options.database(), options).ifPresent(other -> {
            throw OtherDump.unfit();
        });
        DatabaseDump dump = dump(opened, asked);
        DirectoryDump files = dump.directory();
        try (ProgressDisplay progress = cli.progress()) {
            return Optional.of(written(asked, dump))
                    .filter(each -> folder.write(
                            asked, files.fingerprint(), members -> files.write(members, progress), earlier));
        }
    }

    private DatabaseDump dump(Opened opened, Asked asked) {
        DatabaseDump dump =
                DatabaseDump.of(opened, settings, asked.request()).leavingOut(options.erased(cli, settings, reader));
        dump.leftOut().forEach(each -> cli.say("left out: " + each));
        dump.erased().forEach(cli::say);
        return dump;
    }

    private static Written written(Asked asked, DatabaseDump dump) {
        return new Written(asked.snapshot(), dump.leftOut(), dump.erased());
    }

    private boolean write(Asked asked, DumpFile file, Earlier earlier, Function<Progress, DumpScript> script) {
        try (ProgressDisplay progress = cli.progress()) {
            return file.write(asked, script.apply(progress), earlier);
        }
    }
}

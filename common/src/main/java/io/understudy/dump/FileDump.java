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

/** Dumps a snapshot's database to a new file, for both commands that do so. What was killed goes on. */
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
        Optional<SnapshotId> begun = file.begun(asked);
        SnapshotId snapshot = Resuming.find(cli, asked.name(), reader, begun);
        cli.held(reader, List.of(snapshot), () -> {
            Opened opened = Resuming.open(reader, snapshot, begun.isPresent());
            // A part that stays is of content that was compared with its hash before a byte of it was written.
            Opened whole = new Opened(opened.manifest(), new WholeBlobs(opened.blobs()));
            result.accept(write(asked.of(snapshot, asked.name()), file, whole));
        });
    }

    private Written write(Asked asked, DumpFile file, Opened opened) {
        Optional<OtherDump> other = OtherDump.of(opened, options.database(), options);
        if (other.isPresent()) {
            if (!asked.request().owners()) {
                throw OtherDump.unfit();
            }
            write(asked, file, other.get()::script);
            return new Written(asked.snapshot(), List.of(), List.of());
        }
        DatabaseDump dump =
                DatabaseDump.of(opened, settings, asked.request()).leavingOut(options.erased(cli, settings, reader));
        dump.leftOut().forEach(each -> cli.say("left out: " + each));
        dump.erased().forEach(cli::say);
        write(asked, file, dump::script);
        return new Written(asked.snapshot(), dump.leftOut(), dump.erased());
    }

    private void write(Asked asked, DumpFile file, Function<Progress, DumpScript> script) {
        cli.interruptible(() -> {
            try (ProgressDisplay progress = cli.progress()) {
                file.write(asked, script.apply(progress));
            }
        });
    }
}

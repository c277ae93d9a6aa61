package io.understudy.restore;

import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.cli.ProgressDisplay;
import io.understudy.config.NearestName;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.DiskSpace;
import io.understudy.files.TreeKind;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of {@code restore} of both agents that choose files of a snapshot, and their restore to a folder. */
public final class FilesOptions {
    private static final String DATABASE = "database";
    private static final List<String> KINDS =
            Arrays.stream(TreeKind.values()).map(TreeKind::label).toList();

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "KIND",
            description = "Only trees of this kind: files, config, secrets. May be several, with commas. With --to"
                    + " database:NAME or dump:FILE: database, which is all that these take.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--tree", paramLabel = "NAME", description = "Only this tree. May be given several times.")
    private List<String> trees = new ArrayList<>();

    @Option(
            names = "--path",
            paramLabel = "GLOB",
            description = "Only what it matches, as find does, with all that lies in it. May be given several times.")
    private List<String> paths = new ArrayList<>();

    /** Whether a part is chosen. */
    public boolean isPart() {
        return !only.isEmpty() || !trees.isEmpty() || !paths.isEmpty();
    }

    /** @throws UnderstudyException {@code USAGE} where files are chosen; {@code --only database} chooses none */
    public void requireNone() {
        boolean files = !only.isEmpty() && !only.equals(List.of(DATABASE));
        if (files || !trees.isEmpty() || !paths.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore files of a snapshot to a database or a dump",
                    "leave out --tree, --path and --only, or name a folder with --to");
        }
    }

    /**
     * Restores files to a folder.
     *
     * @param id how the snapshot is named
     */
    public void restore(SnapshotProgram cli, String id, Path to, Settings settings, SnapshotReader reader) {
        SnapshotName name = SnapshotProgram.name(id);
        Selection selection = selection();
        RestoreFolder folder = RestoreFolder.of(to, settings.trees());
        Optional<RestoreNote> begun = folder.note().filter(note -> note.isOf(id, selection));
        begun.ifPresent(note -> cli.say("the restore of " + note.snapshot() + " goes on"));
        SnapshotId snapshot = begun.map(RestoreNote::snapshot).orElseGet(() -> cli.find(name, reader));
        cli.held(reader, List.of(snapshot), () -> restore(cli, id, folder, selection, settings, reader.open(snapshot)));
    }

    private static void restore(
            SnapshotProgram cli,
            String id,
            RestoreFolder folder,
            Selection selection,
            Settings settings,
            SnapshotReader.Opened opened) {
        List<String> warnings = new ArrayList<>();
        FolderRestore restore =
                new FolderRestore(opened, settings.trees(), DiskSpace.ofThisMachine(), Ticker.system(), warnings::add);
        RestoreResult result;
        try (ProgressDisplay progress = cli.progress()) {
            result = restore.run(folder, id, selection, progress);
        }
        warnings.forEach(warning -> cli.say("warning: " + warning));
        cli.print(result, result::text);
    }

    /** @throws UnderstudyException {@code USAGE} where it can't be read, or asks for a database */
    public Selection selection() {
        Selection selection =
                new Selection(only.stream().map(FilesOptions::kind).toList(), trees, paths);
        selection.globs();
        return selection;
    }

    private static TreeKind kind(String text) {
        if (text.equals(DATABASE)) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore a database with the files of a snapshot",
                    "leave database out of --only; --only database --to database:NAME restores it next to the site's");
        }
        return Arrays.stream(TreeKind.values())
                .filter(kind -> kind.label().equals(text))
                .findFirst()
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot restore only \"" + text + "\": there is no such kind of tree",
                        NearestName.of(text, KINDS)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("the kinds are " + String.join(", ", KINDS))));
    }
}

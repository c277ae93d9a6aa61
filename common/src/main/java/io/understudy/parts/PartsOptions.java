package io.understudy.parts;

import io.understudy.browse.SnapshotFiles;
import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.cli.Json;
import io.understudy.cli.ProgressDisplay;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.repository.SnapshotId;
import io.understudy.restore.FilesOptions;
import io.understudy.restore.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The options of {@code restore} of both agents about files that the site uses, and what they do. */
public final class PartsOptions {
    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(
            names = "--delete",
            description = "With --to live: files that the snapshot lacks are removed, where a part of it is restored.")
    private boolean removes;

    @Option(names = "--undo", description = "Takes the last restore of a part to live back. Without ID.")
    private boolean undo;

    /**
     * What the audit file says of it.
     *
     * @param delete whether what the snapshot lacks there is removed
     */
    private record Request(SnapshotId snapshot, Selection selection, boolean delete) {}

    /** Whether no person is asked. */
    public boolean yes() {
        return yes;
    }

    public boolean undo() {
        return undo;
    }

    /** @throws UnderstudyException {@code USAGE} where one of them is given that is for a part, to live */
    public void requireNone() {
        if (removes) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot use --delete here: it is for a part of the files that the site uses",
                    "add --to live and --tree, --path or --only");
        }
    }

    /** @throws UnderstudyException {@code USAGE} */
    public static String require(String id) {
        if (id == null) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore: no snapshot is named",
                    "latest is the newest, latest:weekly the newest of this label; see list");
        }
        return id;
    }

    /**
     * Asks, and puts the chosen files into the live trees.
     *
     * @param id how the snapshot is named
     * @param warning what the person who is asked needs to know; may be empty
     */
    public void restore(
            SnapshotProgram cli, String id, FilesOptions files, String warning, LiveSite site, SnapshotReader reader) {
        Selection selection = files.selection();
        SnapshotId snapshot = cli.find(SnapshotProgram.name(id), reader);
        cli.held(reader, List.of(snapshot), () -> {
            SnapshotReader.Opened opened = reader.open(snapshot);
            selection.in(new SnapshotFiles(opened));
            cli.confirm(
                    "Put " + text(selection) + " of " + snapshot + " into the files that the site uses"
                            + (removes ? ", and remove there what the snapshot lacks" : "") + "?" + warning,
                    yes);
            List<String> warnings = new ArrayList<>();
            PartsResult result;
            try (ProgressDisplay progress = cli.progress()) {
                result =
                        site.changing("restore --to live", Json.line(new Request(snapshot, selection, removes)), () -> {
                            site.parts().finish().ifPresent(cli::say);
                            return site.parts()
                                    .restore(
                                            opened,
                                            selection,
                                            removes,
                                            site.over().get(),
                                            warnings::add,
                                            progress);
                        });
            }
            warnings.forEach(each -> cli.say("warning: " + each));
            if (!result.trees().isEmpty()) {
                cli.say("restore --undo takes it back; restart the site where it reads these files only at its start");
            }
            cli.print(result, result::text);
        });
    }

    /** Asks, and takes the last such restore back. */
    public void undo(SnapshotProgram cli, LiveSite site) {
        SnapshotId snapshot = site.parts().requireUndoable(site.over().get());
        cli.confirm("Take the restore of " + snapshot + " to the files that the site uses back?", yes);
        PartsResult result = site.changing(
                "restore --undo",
                snapshot.toString(),
                () -> site.parts().undo(site.over().get()));
        cli.print(result, result::text);
    }

    private static String text(Selection selection) {
        String kinds = selection.kinds().stream().map(TreeKind::label).collect(Collectors.joining(", "));
        String trees = selection.trees().isEmpty()
                ? "all trees" + (kinds.isEmpty() ? "" : " of kind " + kinds)
                : "tree " + String.join(", ", selection.trees());
        return selection.paths().isEmpty() ? trees : String.join(", ", selection.paths()) + " of " + trees;
    }
}

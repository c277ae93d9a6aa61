package io.understudy.browse;

import io.understudy.cli.Bytes;
import io.understudy.config.Settings;
import io.understudy.files.TreeKind;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code ls} of both agents. */
@Command(name = "ls", description = "Lists the trees of a snapshot, or the files of a folder.")
public final class LsCommand extends BrowseCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The snapshot: " + SnapshotName.FORMS + ".")
    private String id;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PATH",
            description = "TREE or TREE/path/in/tree. Default: the trees.")
    private String path;

    @Option(
            names = {"-r", "--recursive"},
            description = "Also what lies in folders of the folder; without PATH, of all trees.")
    private boolean recursive;

    /** The trees of a snapshot. @param bytes of all files */
    record Trees(SnapshotId snapshot, List<Tree> trees) {
        record Tree(String name, TreeKind kind, long entries, long bytes) {}

        String text() {
            return trees.stream()
                    .map(tree -> String.format(
                            Locale.ROOT,
                            "%-16s %-8s %9d files, folders and links %12s",
                            tree.name(),
                            tree.kind().label(),
                            tree.entries(),
                            Bytes.text(tree.bytes())))
                    .collect(Collectors.joining("\n"));
        }
    }

    /** What comes before the entries. @param path as it was asked for; null for all trees */
    record Head(SnapshotId snapshot, String path) {}

    @Override
    void run(Settings settings, SnapshotReader reader) {
        Optional<PathName> wanted = Optional.ofNullable(path).map(each -> PathName.parse(each, settings.trees()));
        SnapshotId snapshot = cli.find(id, reader);
        cli.held(reader, List.of(snapshot), () -> list(wanted, new SnapshotFiles(reader.open(snapshot))));
    }

    private void list(Optional<PathName> wanted, SnapshotFiles files) {
        if (wanted.isEmpty() && !recursive) {
            Trees trees = new Trees(
                    files.snapshot(),
                    files.trees().stream()
                            .map(tree -> new Trees.Tree(tree.name(), tree.kind(), tree.entries(), tree.bytes()))
                            .toList());
            cli.print(trees, trees::text);
            return;
        }
        List<PathName> all = wanted.map(List::of)
                .orElseGet(() -> files.trees().stream()
                        .map(tree -> new PathName(tree.name(), ""))
                        .toList());
        try (Listings listings = new Listings(files, all, recursive)) {
            cli.printEach(
                    new Head(files.snapshot(), wanted.map(PathName::toString).orElse(null)),
                    "entries",
                    listings,
                    EntryView::text);
        }
    }
}

package io.understudy.browse;

import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.repository.SnapshotId;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code find} of both agents. */
@Command(
        name = "find",
        description = {
            "Looks for paths in all snapshots. A glob with a slash is compared with",
            "TREE/path/in/tree, one without with the last name of each path."
        })
public final class FindCommand extends BrowseCommand {
    @Parameters(paramLabel = "GLOB", description = "As \"*.jpg\" or \"media/2026/**\"; in quotes, for the shell.")
    private String glob;

    /** What comes before the paths. @param unreadable snapshots whose files cannot be read */
    record Head(String glob, int snapshots, List<SnapshotId> unreadable) {}

    @Override
    void run(Settings settings, SnapshotReader reader) {
        SnapshotGlob wanted = SnapshotGlob.of(glob);
        cli.heldAll(reader, () -> find(wanted, reader));
    }

    private void find(SnapshotGlob wanted, SnapshotReader reader) {
        EverySnapshot every = new EverySnapshot();
        SnapshotSearch search;
        try (ProgressDisplay progress = cli.progress()) {
            search = new SnapshotSearch(wanted, SnapshotSearch.MOST, read -> progress.report("search", read, -1));
            every.each(reader, reader.list(), opened -> {
                search.look(opened);
                return true;
            });
        }
        every.warn(cli::say);
        cli.printEach(new Head(glob, every.count(), every.unreadable()), "paths", search.found(), FoundPath::text);
    }
}

package io.understudy.browse;

import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.JunkObject;
import io.understudy.repository.SnapshotId;
import java.util.ArrayList;
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
        List<SnapshotId> all = reader.list();
        List<UnderstudyException> faults = new ArrayList<>();
        List<SnapshotId> unreadable = new ArrayList<>();
        List<SnapshotId> gone = new ArrayList<>();
        SnapshotSearch search;
        try (ProgressDisplay progress = cli.progress()) {
            search = new SnapshotSearch(wanted, SnapshotSearch.MOST, read -> progress.report("search", read, -1));
            for (SnapshotId each : all) {
                try {
                    search.look(reader.open(each));
                } catch (UnderstudyException e) {
                    if (e.code() == ErrorCode.SNAPSHOT_UNKNOWN) {
                        // It was deleted since it was listed, as retention does.
                        gone.add(each);
                        continue;
                    }
                    // One that is damaged hides no other, and says nothing of a path.
                    if (!JunkObject.isOfOneObject(e)) {
                        throw e;
                    }
                    unreadable.add(each);
                    faults.add(e);
                }
            }
        }
        faults.forEach(fault -> cli.say("warning: " + fault.getMessage() + "; it is passed over"));
        int there = all.size() - gone.size();
        if (there > 0 && unreadable.size() == there) {
            throw faults.get(0);
        }
        cli.printEach(new Head(glob, there, unreadable), "paths", search.found(), FoundPath::text);
    }
}

package io.understudy.primary.command;

import io.understudy.audit.Caller;
import io.understudy.browse.SnapshotProgram;
import io.understudy.cli.ProgressDisplay;
import io.understudy.config.NearestName;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.OrphanView;
import io.understudy.primary.app.OrphanWiring;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.capture.KeptParts;
import io.understudy.primary.capture.OrphanTaker;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "orphan",
        description = {
            "Saves what this server never shipped before another one was promoted, as an orphan.",
            "agent-replica rejoin runs it; the site has to be stopped."
        })
final class OrphanCommand extends PrimaryCommand {
    @Option(
            names = "--accept-empty",
            paramLabel = "TREE",
            description = "Save it although this tree is empty or on another disk, or has no tables where TREE is"
                    + " \"database\". May be given several times.")
    private Set<String> acceptEmpty = Set.of();

    @Option(names = "--before-import", description = "The marker is there, and nothing was imported since.")
    private boolean beforeImport;

    @Option(
            names = "--kept-database",
            paramLabel = "NAME",
            description =
                    "A snapshot was imported over what was here: the database that was live then, by the name that"
                            + " it has now.")
    private Optional<String> database = Optional.empty();

    @Option(
            names = "--kept-tree",
            paramLabel = "TREE=FOLDER",
            description = "The same of a tree: the folder in which it is kept. May be given several times.")
    private Map<String, Path> trees = Map.of();

    @Option(
            names = "--epoch",
            paramLabel = "N",
            description = "The epoch that this server held when it had that; by default the one that it holds."
                    + " Without --kept-database and --kept-tree: it held none for what it serves, and that is of this"
                    + " epoch.")
    private Optional<Integer> epoch = Optional.empty();

    @Option(
            names = "--imported",
            paramLabel = "ID",
            description = "This server held no epoch for what it serves: the snapshot with which it began to.")
    private Optional<String> imported = Optional.empty();

    @Override
    int run(PrimaryWiring agent) {
        requireTrees();
        OrphanView[] saved = new OrphanView[1];
        try (ProgressDisplay progress = cli.progress()) {
            cli.interruptible(() -> saved[0] = agent.access()
                    .audit()
                    .around(
                            Caller.ofThisProcess(),
                            "orphan",
                            "",
                            () -> OrphanView.of(save(agent.orphans(), progress))));
        }
        cli.print(saved[0], saved[0]::text);
        return 0;
    }

    private OrphanTaker.Saved save(OrphanWiring wiring, Progress progress) {
        Optional<SnapshotId> began = imported.map(OrphanCommand::snapshot);
        if (database.isEmpty() && trees.isEmpty()) {
            return epoch.or(() -> began.map(SnapshotId::epoch))
                    .map(of -> wiring.live().saveUnclaimed(of, began, acceptEmpty, beforeImport, progress))
                    .orElseGet(() -> wiring.live().save(acceptEmpty, beforeImport, progress));
        }
        if (began.isPresent()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot save an orphan with --imported of what was kept: it is of what is live",
                    "leave out --imported, or --kept-database and --kept-tree");
        }
        KeptParts parts = new KeptParts(epoch, database, trees);
        return wiring.kept(parts).saveKept(parts, acceptEmpty, progress);
    }

    private static SnapshotId snapshot(String id) {
        return SnapshotProgram.name(id)
                .id()
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot save an orphan with --imported " + id + ": this is no ID",
                        "agent-replica rejoin runs this command, and knows"));
    }

    /** One that the configuration has no more is not saved: a mistyped one would look as if it was. */
    private void requireTrees() {
        List<String> known =
                cli.settings().trees().stream().map(TreeSettings::name).toList();
        trees.keySet().stream().filter(name -> !known.contains(name)).sorted().forEach(name -> {
            NearestName.of(name, known).filter(near -> !trees.containsKey(near)).ifPresent(near -> {
                throw new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot save tree \"" + name + "\": the configuration has none of this name",
                        "did you mean " + near + "?");
            });
            cli.say("warning: tree " + name + " is not saved: the configuration has none of this name");
        });
    }
}

package io.understudy.primary.command;

import io.understudy.audit.Caller;
import io.understudy.cli.ProgressDisplay;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.retention.Pruned;
import io.understudy.primary.retention.Pruning;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "prune",
        description =
                "Deletes the snapshots that retention does not keep, and the content that no snapshot needs any more. Explains each decision.")
final class PruneCommand extends PrimaryCommand {
    @Option(names = "--dry-run", description = "Only show what would be deleted and why; works on a standby too.")
    private boolean dryRun;

    @Override
    int run(PrimaryWiring agent) {
        List<Pruned> pruned = new ArrayList<>();
        Pruning pruning = agent.pruning(Events.none());
        try (ProgressDisplay progress = cli.progress()) {
            cli.interruptible(() -> pruned.addAll(
                    dryRun
                            ? pruning.explain(progress)
                            : agent.access()
                                    .audit()
                                    .around(Caller.ofThisProcess(), "prune", "", () -> pruning.prune(progress))));
        }
        if (pruned.get(0).filestore().isEmpty()) {
            PruneView view = PruneView.of(pruned.get(0));
            cli.print(view, view::text);
        } else {
            StoresPruneView view = StoresPruneView.of(pruned);
            cli.print(view, view::text);
        }
        return pruned.stream()
                .flatMap(each -> each.refused().stream())
                .map(UnderstudyException::code)
                .mapToInt(code -> code.exitCode())
                .findFirst()
                .orElse(0);
    }
}

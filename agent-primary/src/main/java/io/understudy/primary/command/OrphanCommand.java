package io.understudy.primary.command;

import io.understudy.audit.Caller;
import io.understudy.cli.ProgressDisplay;
import io.understudy.primary.app.OrphanView;
import io.understudy.primary.app.PrimaryWiring;
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

    @Override
    int run(PrimaryWiring agent) {
        OrphanView[] saved = new OrphanView[1];
        try (ProgressDisplay progress = cli.progress()) {
            cli.interruptible(() -> saved[0] = agent.access()
                    .audit()
                    .around(
                            Caller.ofThisProcess(),
                            "orphan",
                            "",
                            () -> OrphanView.of(agent.orphans().save(acceptEmpty, beforeImport, progress))));
        }
        cli.print(saved[0], saved[0]::text);
        return 0;
    }
}

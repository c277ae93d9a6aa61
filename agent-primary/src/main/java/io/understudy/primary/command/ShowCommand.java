package io.understudy.primary.command;

import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "show", description = "Shows what a snapshot holds.")
final class ShowCommand implements Runnable {
    @ParentCommand
    private PrimaryCli cli;

    @Parameters(paramLabel = "ID", description = "The snapshot, as in the list: 00000001-00000042.")
    private String id;

    @Override
    public void run() {
        SnapshotId snapshot = SnapshotName.parse(id);
        cli.with(agent -> {
            Repository repository = agent.repository().get();
            ShowView view = ShowView.of(repository.read(snapshot), repository.blobs());
            cli.print(view, view::text);
        });
    }
}

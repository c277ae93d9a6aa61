package io.understudy.primary.command;

import io.understudy.primary.app.PrimaryWiring;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "show", description = "Shows what a snapshot holds.")
final class ShowCommand extends PrimaryCommand {
    @Parameters(paramLabel = "ID", description = "The snapshot: " + SnapshotName.FORMS + ".")
    private String id;

    @Override
    int run(PrimaryWiring agent) {
        SnapshotId snapshot = cli.find(id, PrimaryCli.reader(agent));
        Repository repository = agent.repository().get();
        ShowView view = ShowView.of(
                repository.read(snapshot), repository.blobs(), agent.settings().trees());
        cli.print(view, view::text);
        return 0;
    }
}

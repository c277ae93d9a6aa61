package io.understudy.primary.command;

import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import picocli.CommandLine.Command;

@Command(name = "list", description = "Lists the snapshots of the repository, oldest first.")
final class ListCommand extends PrimaryCommand {
    @Override
    int run(PrimaryWiring agent) {
        Repository repository = agent.repository().get();
        ListView view = new ListView(
                repository.list().stream().map(id -> row(repository, id)).toList());
        cli.print(view, view::text);
        return 0;
    }

    /** A manifest that is not accepted must not hide the others; a filestore that fails ends the list. */
    private static ListView.Row row(Repository repository, SnapshotId snapshot) {
        try {
            return ListView.Row.of(repository.read(snapshot));
        } catch (UnderstudyException e) {
            if (e.code().judgesContent()) {
                return ListView.Row.unreadable(snapshot, e);
            }
            throw e;
        }
    }
}

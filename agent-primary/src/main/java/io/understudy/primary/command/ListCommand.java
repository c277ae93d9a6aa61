package io.understudy.primary.command;

import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "list", description = "Lists the snapshots of the repository, oldest first.")
final class ListCommand extends PrimaryCommand {
    @Option(names = "--all", description = "Show each continuous snapshot, not only how many there are.")
    private boolean all;

    @Override
    boolean forAllSites() {
        return true;
    }

    @Override
    int run(PrimaryWiring agent) {
        Repository repository = agent.repository().get();
        ListView view = new ListView(
                repository.list().stream().map(id -> row(repository, id)).toList());
        cli.print(view, all ? view::text : view::shortText);
        return 0;
    }

    /** A manifest that is not accepted must not hide the others; a filestore that fails ends the list. */
    private static ListView.Row row(Repository repository, SnapshotId snapshot) {
        try {
            return ListView.Row.of(repository.outline(snapshot));
        } catch (UnderstudyException e) {
            if (e.code().judgesContent()) {
                return ListView.Row.unreadable(snapshot, e);
            }
            throw e;
        }
    }
}

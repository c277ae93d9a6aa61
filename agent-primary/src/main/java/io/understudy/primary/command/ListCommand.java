package io.understudy.primary.command;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(name = "list", description = "Lists the snapshots of the repository, oldest first.")
final class ListCommand implements Runnable {
    @ParentCommand
    private PrimaryCli cli;

    @Override
    public void run() {
        cli.with(agent -> {
            Repository repository = agent.repository().get();
            ListView view = new ListView(
                    repository.list().stream().map(id -> row(repository, id)).toList());
            cli.print(view, view::text);
        });
    }

    /** A manifest that cannot be believed must not hide the others; a filestore that fails ends the list. */
    private static ListView.Row row(Repository repository, SnapshotId snapshot) {
        try {
            return ListView.Row.of(repository.read(snapshot));
        } catch (UnderstudyException e) {
            if (isOfTheSnapshot(e.code())) {
                return ListView.Row.unreadable(snapshot, e);
            }
            throw e;
        }
    }

    private static boolean isOfTheSnapshot(ErrorCode code) {
        return switch (code) {
            case MANIFEST_DAMAGED,
                    MANIFEST_UNSIGNED,
                    SIGNER_UNKNOWN,
                    SIGNATURE_INVALID,
                    FORMAT_UNKNOWN,
                    WRONG_SITE,
                    SNAPSHOT_UNKNOWN -> true;
            default -> false;
        };
    }
}

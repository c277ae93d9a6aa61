package io.understudy.primary.command;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.restore.FilesOptions;
import io.understudy.restore.RestoreTarget;
import io.understudy.restore.RestoreTarget.Folder;
import io.understudy.setup.SnapshotName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = {
            "Restores files of a snapshot to a folder.",
            "What was stopped or killed goes on with the same command."
        })
final class RestoreCommand extends PrimaryCommand {
    @Parameters(paramLabel = "ID", description = "The snapshot: " + SnapshotName.FORMS + ".")
    private String id;

    @Option(
            names = "--to",
            paramLabel = "TARGET",
            description = "A folder that is new or empty, for the files of the snapshot.")
    private String to;

    @Mixin
    private FilesOptions files;

    @Override
    int run(PrimaryWiring agent) {
        if (to == null) {
            throw unfit("--to is missing");
        }
        if (!(RestoreTarget.parse(to) instanceof Folder folder)) {
            throw unfit("the primary's own site is never replaced by a snapshot");
        }
        files.restore(cli, id, folder.path(), agent.settings(), PrimaryCli.reader(agent));
        return 0;
    }

    private static UnderstudyException unfit(String why) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot restore: " + why,
                "name a folder that is empty or does not exist yet: --to /srv/restored");
    }
}

package io.understudy.primary.command;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.restore.RestoreOptions;
import io.understudy.restore.RestoreTarget;
import io.understudy.restore.RestoreTarget.Folder;
import io.understudy.setup.SnapshotName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private RestoreOptions options;

    @Override
    int run(PrimaryWiring agent) {
        RestoreTarget target = options.target().orElseThrow(() -> unfit("--to is missing"));
        if (!(target instanceof Folder folder)) {
            throw unfit("the primary's own site is never replaced by a snapshot");
        }
        options.restore(cli, id, folder.path(), agent.settings(), PrimaryCli.reader(agent));
        return 0;
    }

    private static UnderstudyException unfit(String why) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot restore: " + why,
                "name a folder that is empty or does not exist yet: --to /srv/restored");
    }
}

package io.understudy.primary.command;

import io.understudy.browse.SnapshotReader;
import io.understudy.dump.DatabaseOptions;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.restore.FilesOptions;
import io.understudy.restore.RestoreTarget;
import io.understudy.restore.RestoreTarget.Database;
import io.understudy.restore.RestoreTarget.Dump;
import io.understudy.restore.RestoreTarget.Folder;
import io.understudy.setup.SnapshotName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = {
            "Restores files of a snapshot to a folder, or its database next to the site's.",
            "What was stopped or killed goes on with the same command."
        })
final class RestoreCommand extends PrimaryCommand {
    @Parameters(paramLabel = "ID", description = "The snapshot: " + SnapshotName.FORMS + ".")
    private String id;

    @Option(
            names = "--to",
            paramLabel = "TARGET",
            description = {
                "A folder that is new or empty, for the files of the snapshot;",
                "database:NAME, a new database, or dump:FILE, a new file, for its database."
            })
    private String to;

    @Mixin
    private FilesOptions files;

    @Mixin
    private DatabaseOptions database;

    @Override
    int run(PrimaryWiring agent) {
        if (to == null) {
            throw unfit("--to is missing");
        }
        RestoreTarget target = RestoreTarget.parse(to);
        SnapshotReader reader = PrimaryCli.reader(agent);
        if (target instanceof Folder folder) {
            database.requireNone("a folder");
            files.restore(cli, id, folder.path(), agent.settings(), reader);
            return 0;
        }
        files.requireAll("a database");
        if (target instanceof Database made) {
            database.restore(cli, id, made.name(), agent.settings(), reader);
        } else if (target instanceof Dump dump) {
            database.dump(cli, id, dump.file(), agent.settings(), reader);
        } else {
            throw unfit("the primary's own site is never replaced by a snapshot");
        }
        return 0;
    }

    private static UnderstudyException unfit(String why) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot restore: " + why,
                "name a folder that is empty or does not exist yet: --to /srv/restored");
    }
}

package io.understudy.primary.command;

import io.understudy.browse.SnapshotReader;
import io.understudy.dump.DatabaseOptions;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.parts.PartsOptions;
import io.understudy.primary.app.PartsWiring;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.restore.FilesOptions;
import io.understudy.restore.RestoreTarget;
import io.understudy.restore.RestoreTarget.Database;
import io.understudy.restore.RestoreTarget.Dump;
import io.understudy.restore.RestoreTarget.Folder;
import io.understudy.restore.RestoreTarget.Live;
import io.understudy.setup.SnapshotName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = {
            "Restores files of a snapshot to a folder, or its database next to the site's;",
            "with --to live chosen files into what the site uses, which --undo takes back.",
            "What was stopped or killed goes on with the same command."
        })
final class RestoreCommand extends PrimaryCommand {
    @Parameters(arity = "0..1", paramLabel = "ID", description = "The snapshot: " + SnapshotName.FORMS + ".")
    private String id;

    @Option(
            names = "--to",
            paramLabel = "TARGET",
            description = {
                "A folder that is new or empty, for the files of the snapshot;",
                "database:NAME, a new database, or dump:FILE, a new file, for its database;",
                "live, with --tree, --path or --only: the files that the site uses."
            })
    private String to;

    @Mixin
    private FilesOptions files;

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private PartsOptions parts;

    @Override
    int run(PrimaryWiring agent) {
        if (parts.undo()) {
            parts.undo(cli, PartsWiring.site(agent));
            return 0;
        }
        String snapshot = PartsOptions.require(id);
        if (to == null) {
            throw unfit("--to is missing", "name a folder that is empty or does not exist yet: --to /srv/restored");
        }
        RestoreTarget target = RestoreTarget.parse(to);
        SnapshotReader reader = PrimaryCli.reader(agent);
        if (target instanceof Live) {
            restoreLive(agent, snapshot, reader);
            return 0;
        }
        parts.requireNone();
        if (target instanceof Folder folder) {
            database.requireNone("a folder");
            files.restore(cli, snapshot, folder.path(), agent.settings(), reader);
            return 0;
        }
        files.requireNone();
        if (target instanceof Database made) {
            database.restore(cli, snapshot, made.name(), agent.settings(), reader);
        } else if (target instanceof Dump dump) {
            database.dump(cli, snapshot, dump.file(), agent.settings(), reader);
        }
        return 0;
    }

    private void restoreLive(PrimaryWiring agent, String snapshot, SnapshotReader reader) {
        database.requireNoneOfLive();
        if (!files.isPart()) {
            throw unfit(
                    "the primary's own site is never replaced by a snapshot as a whole",
                    "choose files with --tree, --path or --only; restore-row brings rows back");
        }
        parts.restore(cli, snapshot, files, "", PartsWiring.site(agent), reader);
    }

    private static UnderstudyException unfit(String why, String hint) {
        return new UnderstudyException(ErrorCode.USAGE, "cannot restore: " + why, hint);
    }
}

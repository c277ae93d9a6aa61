package io.understudy.replica.command;

import io.understudy.browse.SnapshotReader;
import io.understudy.config.Settings;
import io.understudy.dump.DatabaseOptions;
import io.understudy.history.ErasedRows;
import io.understudy.parts.LiveSite;
import io.understudy.parts.PartsOptions;
import io.understudy.replica.app.PartsWiring;
import io.understudy.replica.app.Replica;
import io.understudy.replica.app.ReplicaCommands;
import io.understudy.replica.app.ReplicaCommands.RestoreRequest;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.app.Synced;
import io.understudy.replica.fetch.MirroredSnapshots;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.restore.FilesOptions;
import io.understudy.restore.RestoreTarget;
import io.understudy.restore.RestoreTarget.Database;
import io.understudy.restore.RestoreTarget.Dump;
import io.understudy.restore.RestoreTarget.Folder;
import io.understudy.restore.RestoreTarget.Live;
import io.understudy.setup.SnapshotName;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = {
            "Imports the snapshot that is named, an older or a rejected one too.",
            "Newer ones that exist now are skipped; the next new one is imported again.",
            "With --to FOLDER restores files to a folder, with --to database:NAME or dump:FILE",
            "the database next to the site's, and leaves the site alone. With --tree, --path or",
            "--only, files into what this standby serves, which --undo takes back."
        })
final class RestoreCommand extends ReplicaCommand {
    @Parameters(arity = "0..1", paramLabel = "ID", description = "The snapshot: " + SnapshotName.FORMS + ".")
    private String id;

    @Option(
            names = "--to",
            paramLabel = "TARGET",
            description = {
                "A folder that is new or empty, for its files;",
                "database:NAME, a new database, or dump:FILE, a new file, for its database;",
                "live (the default): what this standby serves."
            })
    private String to;

    @Mixin
    private FilesOptions files;

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private PartsOptions parts;

    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        if (parts.undo()) {
            parts.undo(cli, PartsWiring.site(wiring));
            return 0;
        }
        PartsOptions.require(id);
        RestoreTarget target = to == null ? new Live() : RestoreTarget.parse(to);
        if (target instanceof Live) {
            database.requireNoneOfLive();
            return files.isPart() ? restoreParts(wiring) : restoreLive(wiring);
        }
        parts.requireNone();
        SnapshotReader reader = ReplicaCli.reader(wiring);
        if (target instanceof Folder folder) {
            database.requireNone("a folder");
            files.restore(cli, id, folder.path(), settings, reader);
            return 0;
        }
        files.requireNone();
        if (target instanceof Database made) {
            database.restore(cli, id, made.name(), settings, reader);
        } else if (target instanceof Dump dump) {
            database.dump(cli, id, dump.file(), settings, reader);
        }
        return 0;
    }

    private int restoreParts(ReplicaWiring wiring) {
        LiveSite site = PartsWiring.site(wiring);
        String warning = " The next import replaces them again.";
        parts.restore(cli, id, files, warning, site, ReplicaCli.reader(wiring));
        return 0;
    }

    private int restoreLive(ReplicaWiring wiring) {
        parts.requireNone();
        SnapshotName name = ReplicaCli.name(id);
        Replica looking = ReplicaCli.looking(wiring);
        looking.requireBackupMode();
        SnapshotReader reader = ReplicaCli.reader(wiring);
        SnapshotId snapshot = cli.find(name, reader);
        looking.require(snapshot);
        requireErasedKnown(wiring, reader, snapshot);
        cli.confirm("Replace what this standby serves by " + snapshot + "?", parts.yes());
        Synced synced = cli.call(wiring, ReplicaCommands.RESTORE, new RestoreRequest(snapshot));
        cli.print(synced, synced::text);
        return 0;
    }

    /** The import asks again. A person reads before the question how old that knowledge is, or that there is none. */
    private void requireErasedKnown(ReplicaWiring wiring, SnapshotReader reader, SnapshotId snapshot) {
        Manifest manifest = reader.open(snapshot).manifest();
        if (manifest.postgresql().isPresent() && MirroredSnapshots.mayHaveErased(manifest, Instant.now())) {
            ErasedRows.ofImport(wiring.settings(), reader, cli::say);
        }
    }
}

package io.understudy.dump;

import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of {@code restore} for a snapshot's database, in place of the live site; the same on both agents. */
public final class RestoreOptions {
    private static final String DATABASE = "database:";
    private static final String DUMP = "dump:";

    @Option(
            names = "--to",
            paramLabel = "TARGET",
            description = {"database:NAME, a new database of this server, or", "dump:FILE, a new file that psql loads."
            })
    private String to;

    @Mixin
    private DumpOptions part;

    @Option(
            names = "--owner",
            paramLabel = "ROLE",
            description = "All in the new database belongs to this role, without rights of others.")
    private String owner;

    /** What {@code restore --to dump:FILE} prints with {@code --json}. */
    private record Dumped(SnapshotId snapshot, String file, List<String> leftOut) {}

    /** Whether a database or a dump is asked for. */
    public boolean given() {
        return to != null && (to.startsWith(DATABASE) || to.startsWith(DUMP));
    }

    /** Where else it is to go; empty where nothing is said. @throws UnderstudyException {@code USAGE} */
    public Optional<String> elsewhere() {
        if (part.given() || owner != null) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--table, --exclude-table, --schema-only, --data-only and --owner are for a database of its own",
                    "add --to database:NAME or --to dump:FILE");
        }
        return Optional.ofNullable(to);
    }

    /** Restores into a database or a file, and prints what was made. */
    public int run(SnapshotProgram cli, Settings settings, SnapshotReader reader, String id) {
        DumpRequest request = part.request(owner == null);
        if (to.startsWith(DUMP)) {
            dump(cli, settings, reader, id, request);
        } else {
            restore(cli, settings, reader, id, request);
        }
        return 0;
    }

    private void dump(SnapshotProgram cli, Settings settings, SnapshotReader reader, String id, DumpRequest request) {
        Path file = Path.of(to.substring(DUMP.length()));
        if (owner != null) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--owner is for --to database:NAME: a dump belongs to the user that loads it",
                    "use dump --no-owner");
        }
        Opened opened = reader.open(cli.find(id, reader));
        DatabaseDump dump = DatabaseDump.of(opened, settings, request);
        dump.leftOut().forEach(each -> cli.say("left out: " + each));
        cli.interruptible(() -> {
            try (ProgressDisplay progress = cli.progress()) {
                dump.writeFile(file, progress);
            }
        });
        cli.print(
                new Dumped(opened.manifest().snapshot(), file.toString(), dump.leftOut()),
                () -> opened.manifest().snapshot() + " is dumped to " + file);
    }

    private void restore(
            SnapshotProgram cli, Settings settings, SnapshotReader reader, String id, DumpRequest request) {
        String name = to.substring(DATABASE.length());
        Optional<String> role = Optional.ofNullable(owner);
        DatabaseRestore restore = new DatabaseRestore(settings);
        Opened opened = reader.open(cli.find(id, reader));
        if (restore.runsAsSuperuser(role)) {
            cli.say(
                    "warning: database.user is a superuser, and functions of the site that store rows run with its rights;"
                            + " --owner ROLE keeps them to those of a role");
        }
        cli.interruptible(() -> {
            DatabaseRestore.Restored made = made(cli, restore, opened, request, name, role);
            made.leftOut().forEach(each -> cli.say("left out: " + each));
            cli.print(made, () -> made.snapshot() + " is restored into database " + made.database());
        });
    }

    private static DatabaseRestore.Restored made(
            SnapshotProgram cli,
            DatabaseRestore restore,
            Opened opened,
            DumpRequest request,
            String name,
            Optional<String> role) {
        try (ProgressDisplay progress = cli.progress()) {
            return restore.restore(opened, request, name, role, progress);
        }
    }
}

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

/** The options of {@code restore} of both agents for a snapshot's database, and its restore next to the live site. */
public final class DatabaseOptions {
    @Mixin
    private DumpOptions part;

    @Option(
            names = "--owner",
            paramLabel = "ROLE",
            description = "All in the new database belongs to this role, without rights of others.")
    private String owner;

    /** What {@code restore --to dump:FILE} prints with {@code --json}. */
    private record Dumped(SnapshotId snapshot, String file, List<String> leftOut, List<String> erased) {}

    /**
     * @param target that takes no part of a database
     * @throws UnderstudyException {@code USAGE} where one is asked for
     */
    public void requireNone(String target) {
        if (part.given() || part.database().isPresent() || owner != null) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore a part of a database to " + target
                            + ": --database, --table, --exclude-table, --schema-only, --data-only, --include-erased and --owner are for a database of its own",
                    "add --to database:NAME or --to dump:FILE");
        }
    }

    /**
     * Rows of one moment among those of another may break what the site relies on, and a table is replaced only with
     * all that refers to it.
     *
     * @throws UnderstudyException {@code USAGE} where a part of the database is asked for, or rows that were erased:
     *     who was erased does not come back by an import
     */
    public void requireNoneOfLive() {
        if (part.asksForErased()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore erased rows to what is live: --include-erased is not for an import",
                    "restore-row --include-erased brings one row back; restore --to database:NAME --include-erased makes a"
                            + " copy next to it that has them");
        }
        if (part.given() || part.database().isPresent() || owner != null) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore a part of a database to the live one: only files are restored to what is live",
                    "restore-row brings rows back into it with what belongs to them; restore --to database:NAME --table"
                            + " makes a copy next to it, to compare with");
        }
    }

    /** Writes it to a new file, and prints what was written. */
    public void dump(SnapshotProgram cli, String id, Path file, Settings settings, SnapshotReader reader) {
        if (owner != null) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--owner is for --to database:NAME: a dump belongs to the user that loads it",
                    "use dump --no-owner");
        }
        Asked asked = part.asked(settings.site(), id, true, Optional.empty());
        FileDump dump = new FileDump(cli, part, settings, reader);
        dump.write(asked, file, written -> print(cli, file, written));
    }

    private static void print(SnapshotProgram cli, Path file, FileDump.Written written) {
        cli.print(
                new Dumped(written.snapshot(), file.toString(), written.leftOut(), written.erased()),
                () -> written.snapshot() + " is dumped to " + file);
    }

    /** Restores it into a new database, or rows into one, and prints what was made. */
    public void restore(SnapshotProgram cli, String id, String name, Settings settings, SnapshotReader reader) {
        Optional<String> role = Optional.ofNullable(owner);
        Asked asked = part.asked(settings.site(), id, owner == null, role);
        part.database().ifPresent(other -> {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore database " + other + " into a database of PostgreSQL",
                    "write it to a file with --to dump:FILE --database " + other
                            + ", and load that with its own program");
        });
        DatabaseRestore restore =
                new DatabaseRestore(settings).resuming(settings.state()).leavingOut(part.erased(cli, settings, reader));
        Resuming.run(
                cli,
                id,
                reader,
                restore.begun(name, asked),
                (opened, earlier) ->
                        restore(cli, restore, opened, asked.of(opened.manifest().snapshot(), id), name, earlier));
    }

    private static void restore(
            SnapshotProgram cli, DatabaseRestore restore, Opened opened, Asked asked, String name, Earlier earlier) {
        if (restore.runsAsSuperuser(asked.owner())) {
            cli.say(
                    "warning: database.user is a superuser, and functions of the site that store rows run with its rights;"
                            + " --owner ROLE keeps them to those of a role");
        }
        cli.interruptible(() -> made(cli, restore, opened, asked, name, earlier).ifPresent(made -> {
            made.leftOut().forEach(each -> cli.say("left out: " + each));
            made.erased().forEach(cli::say);
            cli.print(made, () -> made.snapshot() + " is restored into database " + made.database());
        }));
    }

    private static Optional<DatabaseRestore.Restored> made(
            SnapshotProgram cli, DatabaseRestore restore, Opened opened, Asked asked, String name, Earlier earlier) {
        try (ProgressDisplay progress = cli.progress()) {
            return restore.restore(opened, asked, name, earlier, progress);
        }
    }
}

package io.understudy.replica.command;

import io.understudy.audit.Caller;
import io.understudy.browse.CatCommand;
import io.understudy.browse.OrphanReader;
import io.understudy.browse.SnapshotCommands;
import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.cli.Bytes;
import io.understudy.cli.CommandGroup;
import io.understudy.config.Settings;
import io.understudy.diff.DiffCommand;
import io.understudy.dump.DumpCommand;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.RestoreRowCommand;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.repository.OrphanDrop;
import io.understudy.repository.Outline;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/**
 * What old primaries never shipped: {@code orphans list}, {@code show}, {@code diff}, {@code cat}, {@code dump},
 * {@code restore-row}, {@code drop}.
 */
@Command(
        name = "orphans",
        description = "What old primaries never shipped, as rejoin saved it. Nothing imports it.",
        subcommands = {
            OrphansCommand.Listing.class,
            OrphansCommand.Show.class,
            DiffCommand.class,
            CatCommand.class,
            DumpCommand.class,
            OrphansCommand.RestoreRow.class,
            OrphansCommand.Drop.class
        })
final class OrphansCommand extends CommandGroup implements SnapshotCommands {
    private static final String ID = "The orphan, as orphans list shows it.";

    @Override
    public SnapshotProgram program() {
        return (SnapshotProgram) cli;
    }

    @Override
    public <T> T reading(Settings settings, Function<SnapshotReader, T> work) {
        return with(settings, (wiring, reader) -> work.apply(reader.alone()));
    }

    @Override
    public <T> T comparing(Settings settings, Function<SnapshotReader, T> work) {
        return with(settings, (wiring, reader) -> work.apply(reader));
    }

    private static <T> T with(Settings settings, BiFunction<ReplicaWiring, OrphanReader, T> work) {
        try (ReplicaWiring wiring = ReplicaWiring.of(settings)) {
            return work.apply(wiring, new OrphanReader(wiring.repository(), ReplicaCli.reader(wiring)));
        }
    }

    /** @throws UnderstudyException {@code USAGE}, {@code SNAPSHOT_UNKNOWN} */
    private static SnapshotId require(String id, OrphanReader reader) {
        return reader.require(SnapshotProgram.name(id));
    }

    /** One of its commands. */
    private abstract static class Part implements Runnable {
        @ParentCommand
        OrphansCommand orphans;

        final <T> T with(BiFunction<ReplicaWiring, OrphanReader, T> work) {
            return OrphansCommand.with(orphans.cli.settings(), work);
        }
    }

    /**
     * What {@code orphans list} prints with {@code --json}.
     *
     * @param orphans ascending
     */
    record Orphans(List<Entry> orphans) {
        /**
         * @param moment of the data
         * @param server that saved it
         * @param uploadedBytes that were new with it, as stored
         */
        record Entry(SnapshotId orphan, Instant moment, String server, long rows, long fileBytes, long uploadedBytes) {
            static Entry of(Outline outline) {
                return new Entry(
                        outline.snapshot(),
                        outline.moment(),
                        outline.server(),
                        outline.totals().rows(),
                        outline.totals().fileBytes(),
                        outline.totals().uploadedBytes());
            }

            String text() {
                return orphan + "  " + Moments.text(moment) + "  saved by " + server + "  " + rows + " rows, "
                        + Bytes.text(fileBytes) + " of files, " + Bytes.text(uploadedBytes) + " of its own";
            }
        }

        String text() {
            return orphans.isEmpty()
                    ? "no orphans"
                    : orphans.stream().map(Entry::text).collect(Collectors.joining("\n"));
        }
    }

    @Command(name = "list", description = "Those that are kept: each until it is dropped.")
    static final class Listing extends Part {
        @Override
        public void run() {
            Orphans all = with((wiring, reader) -> {
                Repository saved = wiring.repository().orphans();
                return new Orphans(saved.list().stream()
                        .filter(each -> saved.junk(each)
                                .map(junk -> {
                                    orphans.cli.say("warning: " + junk.text());
                                    return junk;
                                })
                                .isEmpty())
                        .map(each -> Orphans.Entry.of(saved.outline(each)))
                        .toList());
            });
            orphans.cli.print(all, all::text);
        }
    }

    @Command(
            name = "show",
            description =
                    "What it has otherwise than the last snapshot that its server shipped, or began to serve with:"
                            + " rows, files.")
    static final class Show extends Part {
        @Parameters(paramLabel = "ID", description = ID)
        private String id;

        @Override
        public void run() {
            with((wiring, reader) -> {
                SnapshotId orphan = require(id, reader);
                SnapshotId shipped = wiring.repository()
                        .newest(reader.before(orphan), junk -> orphans.cli.say("warning: " + junk.text()))
                        .orElseThrow(() -> new UnderstudyException(
                                ErrorCode.SNAPSHOT_UNKNOWN,
                                "cannot show what was never shipped: retention kept no snapshot from before "
                                        + reader.began(orphan)
                                                .map(id ->
                                                        id + ", with which the server of orphan " + orphan + " began")
                                                .orElse("orphan " + orphan),
                                "compare it with the newest one: orphans diff " + orphan));
                orphans.program()
                        .held(
                                reader,
                                List.of(shipped, orphan),
                                () -> DiffCommand.print(orphans.program(), reader.open(shipped), reader.open(orphan)));
                return null;
            });
        }
    }

    @Command(
            name = "restore-row",
            description = "Prints the SQL that brings a row of it back into the site's database, to be looked at and"
                    + " given to psql on the primary.")
    static final class RestoreRow extends Part {
        @Parameters(index = "0", paramLabel = "ID", description = ID)
        private String id;

        @Parameters(index = "1", paramLabel = "TABLE", description = "As name (in the schema public) or schema.name.")
        private String table;

        @Parameters(
                index = "2",
                paramLabel = "KEY",
                description = "The values of its primary key, as history takes them.")
        private String key;

        @Option(names = "--with-dependents", description = "Also the rows that refer to it.")
        private boolean dependents;

        @Option(names = "--replace", description = "Overwrite rows that are there with other values.")
        private boolean replace;

        @Override
        public void run() {
            SnapshotCommands one = new SnapshotCommands() {
                @Override
                public SnapshotProgram program() {
                    return orphans.program();
                }

                @Override
                public <T> T reading(Settings settings, Function<SnapshotReader, T> work) {
                    return with((wiring, reader) -> work.apply(reader.only(require(id, reader))));
                }
            };
            new RestoreRowCommand(one, table, key, dependents, replace).call();
        }
    }

    @Command(name = "drop", description = "Deletes one; its content goes with the next prune.")
    static final class Drop extends Part {
        @Parameters(paramLabel = "ID", description = ID)
        private String id;

        @Option(names = "--yes", description = "Do not ask.")
        private boolean yes;

        /** What it prints with {@code --json}. */
        record Dropped(SnapshotId dropped) {}

        @Override
        public void run() {
            Dropped done = with((wiring, reader) -> {
                SnapshotId orphan = require(id, reader);
                orphans.cli.confirm("Delete orphan " + orphan + "? What is in it is nowhere else.", yes);
                return wiring.access().audit().around(Caller.ofThisProcess(), "orphans drop", orphan.toString(), () -> {
                    OrphanDrop.drop(wiring.repository(), orphan);
                    return new Dropped(orphan);
                });
            });
            orphans.cli.print(done, () -> "orphan " + done.dropped() + " is deleted");
        }
    }
}

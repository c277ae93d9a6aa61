package io.understudy.history;

import io.understudy.browse.EverySnapshot;
import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The command {@code history} of both agents. */
@Command(
        name = "history",
        description = {
            "Shows the versions that a row had in all snapshots, oldest first;",
            "with --deleted, the rows of a table that were deleted, or of all tables of history.tables."
        })
public final class HistoryCommand implements Callable<Integer> {
    static final String KEYS = "Value of its primary key; a,b or JSON ([\"a\",\"b\"]) where that has several columns.";

    static final String INCLUDE_ERASED = "Also rows that were erased (history.tables[].deleted).";

    @ParentCommand
    private SnapshotProgram cli;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "TABLE",
            description =
                    "As name (in the schema public) or schema.name. With --deleted it may be left out: all tables of history.tables.")
    private String table;

    @Parameters(index = "1", arity = "0..1", paramLabel = "KEY", description = KEYS)
    private String key;

    @Option(names = "--deleted", description = "The rows that one snapshot has and the next has not.")
    private boolean deleted;

    @Option(
            names = "--since",
            paramLabel = "T",
            description = "With --deleted: what went since then: 2026-11-20T10:00Z, 2026-11-20, \"2 days ago\".")
    private String since;

    @Option(names = "--include-erased", description = INCLUDE_ERASED)
    private boolean includeErased;

    /**
     * What comes before the versions with {@code --json}.
     *
     * @param key by column
     * @param unreadable snapshots that cannot be read
     * @param otherKey snapshots in which the table has another key, which were not searched
     */
    record Head(
            TableRef table,
            Map<String, String> key,
            int snapshots,
            List<SnapshotId> unreadable,
            List<SnapshotId> otherKey) {}

    @Override
    public Integer call() {
        if (deleted == (key != null) || since != null && !deleted || table == null && !deleted) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "history shows one row, or with --deleted all rows that were deleted",
                    "write history TABLE KEY, or history --deleted TABLE [--since T], or without TABLE for all of"
                            + " history.tables");
        }
        Optional<Instant> from =
                Optional.ofNullable(since).map(text -> SnapshotName.moment(text, Clock.systemDefaultZone()));
        Settings settings = cli.settings();
        cli.reading(settings, reader -> {
            try (KeptRevisions kept = KeptRevisions.open(settings, cli::say)) {
                ErasedKeys erased = ErasedRows.known(settings, reader, includeErased, cli::say);
                cli.heldAll(reader, () -> {
                    if (deleted) {
                        DeletedTables tables = table == null
                                ? DeletedTables.kept(settings.history(), from, erased)
                                : DeletedTables.one(TableRef.parse(table), from, erased);
                        tables.print(cli, reader, kept);
                    } else {
                        versions(reader, kept, erased);
                    }
                });
            }
            return null;
        });
        return 0;
    }

    private void versions(SnapshotReader reader, KeptRevisions kept, ErasedKeys erased) {
        EverySnapshot every = new EverySnapshot();
        RowHistory history;
        try (ProgressDisplay progress = cli.progress()) {
            history = new RowHistory(
                    TableRef.parse(table), new KeyText(key), erased, read -> progress.report("search", read, -1));
            every.each(reader, reader.list(), opened -> {
                history.look(opened);
                return true;
            });
        }
        every.warn(cli::say);
        TableRef ref = TableRef.parse(table);
        List<RowVersion> found = history.versions(kept.has(ref));
        List<String> columns = history.key().isEmpty() ? kept.key(ref).orElse(List.of()) : history.key();
        List<String> fields = columns.isEmpty() ? List.of() : new KeyText(key).fields(ref, columns);
        List<RowVersion> versions = MergedVersions.of(found, kept.of(ref, columns, fields));
        history.otherKey()
                .forEach(
                        each -> cli.say(
                                "warning: in " + each + " " + table
                                        + " has another key than before; the row is looked for by that key, where it has as many columns"));
        if (history.isErased()) {
            cli.say("row " + key + " of " + ref + " was erased; --include-erased shows what kept snapshots have of it");
        } else if (versions.isEmpty()) {
            cli.say("no snapshot of " + every.count() + " has this row");
        }
        Map<String, String> row = StoredRow.values(columns, fields);
        cli.printEach(
                new Head(ref, row, every.count(), every.unreadable(), history.otherKey()),
                "versions",
                versions.iterator(),
                RowVersion::text);
    }
}

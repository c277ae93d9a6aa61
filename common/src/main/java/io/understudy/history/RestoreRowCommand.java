package io.understudy.history;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.understudy.audit.AuditLog;
import io.understudy.audit.Caller;
import io.understudy.browse.SnapshotCommands;
import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.cli.Json;
import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.RowRestore.Work;
import io.understudy.postgres.Sql;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import io.understudy.time.Ticker;
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

/** The command {@code restore-row} of both agents. */
@Command(
        name = "restore-row",
        description = {
            "Brings back a row from the newest snapshot that has it, with the rows that it refers to and that",
            "are missing. Prints SQL for psql; with --apply stores it in the site's database."
        })
public final class RestoreRowCommand implements Callable<Integer> {
    private static final String LIVE = "live";
    /** With {@code --yes}, where the site writes the same rows all the time. */
    private static final int ATTEMPTS = 5;

    @ParentCommand
    private SnapshotCommands parent;

    private SnapshotProgram cli;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "TABLE",
            description = "As name (in the schema public) or schema.name.")
    private String table;

    @Parameters(index = "1", arity = "0..1", paramLabel = "KEY", description = HistoryCommand.KEYS)
    private String key;

    @Option(
            names = "--at",
            paramLabel = "T",
            description =
                    "As it was then: 2026-11-20T10:00Z, 2026-11-20, \"2 days ago\". Default: in its newest version.")
    private String at;

    @Option(names = "--with-dependents", description = "Also the rows that refer to it, and those that refer to these.")
    private boolean dependents;

    @Option(names = "--replace", description = "Overwrite rows that are there with other values.")
    private boolean replace;

    @Option(
            names = "--database",
            paramLabel = "NAME|live",
            description = "The database that the rows go back into. Default: the site's.")
    private String database;

    @Option(names = "--apply", description = "Store them, in one transaction.")
    private boolean apply;

    @Option(
            names = "--undo",
            arity = "0..1",
            paramLabel = "ID|latest",
            fallbackValue = UndoRows.LATEST,
            description = {
                "Takes back what --apply stored, the last one or the one of this number: without TABLE and KEY.",
                "With --replace also rows that were changed since."
            })
    private String undo;

    @Option(names = "--yes", description = "Do not ask before they are stored or taken back.")
    private boolean yes;

    @Option(names = "--include-erased", description = HistoryCommand.INCLUDE_ERASED)
    private boolean includeErased;

    private ErasedKeys erased;

    /** What was stored. */
    private Optional<RowNote> stored = Optional.empty();

    /** What this server keeps beyond the snapshots. */
    private KeptRevisions kept;

    private boolean keepsRevisions = true;
    /** Whether it can store what it prints, and bring back erased rows. */
    private boolean applies = true;

    /** By the arguments. */
    public RestoreRowCommand() {}

    /**
     * From what the parent reads alone, without what this server keeps beyond it.
     *
     * @param dependents whether also the rows that refer to it
     * @param replace whether rows that are there are overwritten
     */
    public RestoreRowCommand(SnapshotCommands parent, String table, String key, boolean dependents, boolean replace) {
        this.parent = parent;
        this.table = table;
        this.key = key;
        this.dependents = dependents;
        this.replace = replace;
        this.keepsRevisions = false;
        this.applies = false;
    }

    /**
     * What the command prints with {@code --json}.
     *
     * @param moment of the snapshot
     * @param undo the number by which they are taken back; null where none is stored
     * @param files that came back, as {@code tree/path}
     * @param sql the script
     */
    private record Result(
            TableRef table,
            Map<String, String> key,
            SnapshotId snapshot,
            Instant moment,
            String database,
            Integer undo,
            List<Map<String, Object>> rows,
            List<String> files,
            List<String> remarks,
            String sql) {
        /** Whether the rows are stored. */
        @JsonProperty
        boolean applied() {
            return undo != null;
        }
    }

    /** What the audit file says of it: no key, for a row may be erased later. @param rows how many are stored */
    private record Request(
            TableRef table, SnapshotId snapshot, String database, int rows, boolean replace, boolean includeErased) {}

    @Override
    public Integer call() {
        cli = parent.program();
        if (undo != null) {
            RestoreRowUsage.requireUndoAlone(
                    table, at != null || dependents || database != null || apply || includeErased);
            Settings settings = cli.settings();
            RestoreRowUsage.requireDatabase(settings, "take rows back");
            new UndoRows(cli, settings).run(undo, replace, yes);
            return 0;
        }
        RestoreRowUsage.requireRow(table, key);
        Settings settings = cli.settings();
        Optional<Instant> until =
                Optional.ofNullable(at).map(text -> SnapshotName.moment(text, Clock.systemDefaultZone()));
        parent.reading(settings, reader -> {
            try (KeptRevisions revisions =
                    keepsRevisions ? KeptRevisions.open(settings, cli::say) : KeptRevisions.none()) {
                kept = revisions;
                erased = ErasedRows.known(settings, reader, includeErased, cli::say);
                cli.heldAll(reader, () -> restore(settings, reader, until));
            }
            return null;
        });
        return 0;
    }

    private void restore(Settings settings, SnapshotReader reader, Optional<Instant> until) {
        RestoreRowUsage.requireDatabase(settings, "restore a row of " + table);
        boolean live = database == null || database.equals(LIVE);
        String name = live ? settings.database().name() : database;
        RestoreRequest request =
                new RestoreRequest(TableRef.parse(table), key, at, dependents, replace, apply, applies, live);
        SnapshotRows snapshots = new SnapshotRows(reader, kept, erased, until);
        RowNotes notes = new RowNotes(settings.state(), Clock.systemUTC(), Ticker.system());
        try (RowRestore restore = new RowRestore(settings, name, request, snapshots, kept, notes, Ticker.system())) {
            Work work = plan(restore, snapshots);
            for (int attempt = 1;
                    apply && stored.isEmpty() && !RestoreRowUsage.isNothing(work, name, table, key);
                    attempt++) {
                confirm(work, name, attempt);
                stored = recorded(settings, restore, work, name);
                work = stored.isPresent() ? work : plan(restore, snapshots);
            }
            if (stored.isEmpty()) {
                RestoreRowUsage.isNothing(work, name, table, key);
            }
            files().forEach(each -> cli.say("comes back: file " + each));
            print(work, name);
        }
    }

    private List<String> files() {
        return stored.stream()
                .flatMap(note -> note.files().stream())
                .map(RowNote.NotedFile::toString)
                .toList();
    }

    /** As {@link RowRestore#store}, with a line of the audit file before it, and one of its end. */
    private Optional<RowNote> recorded(Settings settings, RowRestore restore, Work work, String name) {
        Request request = new Request(
                work.found().row().table(),
                work.found().snapshot(),
                name,
                work.plan().count(),
                replace,
                includeErased);
        return cli.audit(settings)
                .around(
                        Caller.ofThisProcess(),
                        "restore-row",
                        Json.line(request),
                        () -> restore.store(work, cli::say),
                        note -> note.isPresent() ? AuditLog.DONE : "nothing: the database changed in between");
    }

    private Work plan(RowRestore restore, SnapshotRows snapshots) {
        try (ProgressDisplay progress = cli.progress()) {
            snapshots.report(read -> progress.report("search", read, -1));
            return restore.plan();
        } finally {
            snapshots.report(read -> {});
        }
    }

    /** Nothing is locked while a person is asked: before it is stored it is worked out again. */
    private void confirm(Work work, String name, int attempt) {
        if (attempt > 1 && (!yes || attempt > ATTEMPTS)) {
            throw new UnderstudyException(
                    ErrorCode.CANCELLED,
                    "cannot store the rows: database " + Sql.identifier(name) + " changed "
                            + (yes ? "again and again" : "before the question was answered"),
                    "run it again, and see what it would store now");
        }
        work.head().forEach(cli::say);
        if (!yes) {
            cli.confirm("store " + work.plan().count() + " rows in database " + Sql.identifier(name) + "?", false);
        }
    }

    private void print(Work work, String name) {
        String sql = RestoreScript.text(work.head(), work.script().statements());
        Result result = new Result(
                work.found().row().table(),
                work.found().row().id().values(),
                work.found().snapshot(),
                work.found().moment(),
                name,
                stored.map(RowNote::number).orElse(null),
                work.plan().members().stream()
                        .map(each -> RestoreText.view(each, work.plan()))
                        .toList(),
                files(),
                work.head(),
                sql);
        stored.ifPresent(note -> cli.say(
                note.isTooLarge()
                        ? "restore-row --undo does not take it back: it stored more than is noted"
                        : "restore-row --undo " + note.number() + " takes it back"));
        cli.print(
                result,
                () -> stored.isPresent()
                        ? work.plan().count() + " rows are stored in database " + Sql.identifier(name)
                        : sql);
    }
}

package io.understudy.history;

import io.understudy.browse.SnapshotCommands;
import io.understudy.browse.SnapshotProgram;
import io.understudy.browse.SnapshotReader;
import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.RestorePlan.Action;
import io.understudy.history.SnapshotRows.Found;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.SnapshotName;
import io.understudy.time.Moments;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
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

    @ParentCommand
    private SnapshotCommands parent;

    private SnapshotProgram cli;

    @Parameters(index = "0", paramLabel = "TABLE", description = "As name (in the schema public) or schema.name.")
    private String table;

    @Parameters(index = "1", paramLabel = "KEY", description = HistoryCommand.KEYS)
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
            defaultValue = LIVE,
            description = "The database that the rows go back into. Default: the site's.")
    private String database;

    @Option(names = "--apply", description = "Store them, in one transaction.")
    private boolean apply;

    @Option(names = "--yes", description = "Do not ask before they are stored.")
    private boolean yes;

    @Option(names = "--include-erased", description = HistoryCommand.INCLUDE_ERASED)
    private boolean includeErased;

    private ErasedKeys erased;

    /** That came back, as {@code tree/path}. */
    private List<String> files = List.of();

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
        this.database = LIVE;
        this.keepsRevisions = false;
        this.applies = false;
    }

    /**
     * What the command prints with {@code --json}.
     *
     * @param moment of the snapshot
     * @param applied whether the rows are stored
     * @param files that came back, as {@code tree/path}
     * @param sql the script
     */
    private record Result(
            TableRef table,
            Map<String, String> key,
            SnapshotId snapshot,
            Instant moment,
            String database,
            boolean applied,
            List<Map<String, Object>> rows,
            List<String> files,
            List<String> remarks,
            String sql) {}

    @Override
    public Integer call() {
        cli = parent.program();
        Settings settings = cli.settings();
        Optional<Instant> until =
                Optional.ofNullable(at).map(text -> SnapshotName.moment(text, Clock.systemDefaultZone()));
        parent.reading(settings, reader -> {
            try (KeptRevisions revisions =
                    keepsRevisions ? KeptRevisions.open(settings, cli::say) : KeptRevisions.none()) {
                kept = revisions;
                erased = ErasedRows.known(settings, reader, includeErased, cli::say);
                restore(settings, reader, until);
            }
            return null;
        });
        return 0;
    }

    private void restore(Settings settings, SnapshotReader reader, Optional<Instant> until) {
        if (!settings.database().isThere()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore a row of " + table + ": this site has no database of PostgreSQL",
                    "dump ID --database NAME writes what a snapshot has of another one");
        }
        String name = database.equals(LIVE) ? settings.database().name() : database;
        // Triggers of the site may run in it.
        try (Session session = new Database(settings.database()).openApart(name)) {
            begin(settings, session);
            Work work = plan(settings, reader, until, session, apply && yes);
            // What belongs to a row that cannot come back does not come back without it.
            if (work.script().statements().isEmpty()
                    || work.plan().action(work.plan().asked()) == Action.LEFT_OUT) {
                refuseConflicts(work.plan(), name);
                session.execute("ROLLBACK");
            } else if (apply) {
                store(work, name, settings, session, () -> {
                    begin(settings, session);
                    return plan(settings, reader, until, session, true);
                });
            }
            print(work, name);
        }
    }

    /** A row that the site has locked for longer is an error, and not a wait without an end. */
    private static void begin(Settings settings, Session session) {
        session.execute("BEGIN");
        session.execute(
                "SET LOCAL lock_timeout = " + settings.database().lockTimeout().toMillis());
    }

    /** Nothing is locked while a person is asked: afterwards it is planned again. */
    private void store(Work work, String name, Settings settings, Session session, Supplier<Work> again) {
        work.head().forEach(cli::say);
        Work chosen = work;
        if (!yes) {
            session.execute("ROLLBACK");
            cli.confirm(
                    "store " + work.plan().order().size() + " rows in database " + Sql.identifier(name) + "?", false);
            chosen = again.get();
            if (!chosen.script().statements().equals(work.script().statements())) {
                throw new UnderstudyException(
                        ErrorCode.CANCELLED,
                        "cannot store the rows: database " + Sql.identifier(name) + " changed while the question stood",
                        "run it again, and see what it would store now");
            }
        }
        // Other databases belong to no tree.
        Optional<NamedFiles> named = Optional.of(settings)
                .filter(each -> database.equals(LIVE) && !each.closure().isEmpty())
                .map(each -> NamedFiles.before(each, session, cli::say));
        chosen.script().statements().forEach(session::execute);
        SnapshotRows snapshots = chosen.snapshots();
        named.ifPresent(each -> files = each.bring(snapshots));
        session.execute("COMMIT");
        files.forEach(each -> cli.say("comes back: file " + each));
    }

    private record Work(
            Found found, RestorePlan plan, RestoreScript script, List<String> head, SnapshotRows snapshots) {}

    private Work plan(
            Settings settings, SnapshotReader reader, Optional<Instant> until, Session session, boolean locks) {
        List<String> remarks = new ArrayList<>();
        TableRef ref = TableRef.parse(table);
        LiveTables tables = new LiveTables(session);
        LiveRows rows = new LiveRows(session, locks);
        List<Link> links = new ArrayList<>(tables.foreignKeys());
        links.addAll(new ConfiguredLinks(tables).of(settings.history()));
        try (ProgressDisplay progress = cli.progress()) {
            SnapshotRows snapshots =
                    new SnapshotRows(reader, kept, erased, until, read -> progress.report("search", read, -1));
            Found found = find(snapshots, ref, tables);
            RowClosure closure = new RowClosure(snapshots, tables, rows, links, dependents, replace, remarks::add);
            RestorePlan plan = RestorePlan.of(closure.of(found), tables, rows, replace);
            RestoreScript script = new RestoreScript(plan, tables, closure.presentParents());
            snapshots.every().warn(remarks::add);
            snapshots.leftOut().forEach(each -> ErasedRows.text(each).ifPresent(remarks::add));
            remarks.addAll(script.remarks());
            if (!apply
                    && applies
                    && database.equals(LIVE)
                    && !settings.closure().isEmpty()) {
                remarks.add("files that these rows name (closure) come back with --apply only");
            }
            if (apply && Files.exists(settings.marker())) {
                remarks.add("this server is a standby: its next import takes away what is stored now");
            }
            return new Work(found, plan, script, head(found, plan, remarks), snapshots);
        }
    }

    private Found find(SnapshotRows snapshots, TableRef ref, LiveTables tables) {
        if (tables.find(ref).isEmpty()) {
            throw ref.unknown("the database", tables.names());
        }
        List<TableData> versions = new ArrayList<>();
        snapshots.each(opened -> {
            SnapshotTables.find(opened, ref).ifPresent(versions::add);
            return versions.isEmpty();
        });
        Optional<List<String>> columnsOfKey =
                versions.stream().findFirst().map(TableData::key).or(() -> kept.key(ref));
        if (columnsOfKey.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore a row of " + ref + ": no snapshot" + upTo() + " has this table",
                    "see what there is: list, and diff A B");
        }
        List<String> columns = columnsOfKey.get();
        List<String> fields = new KeyText(key).fields(ref, columns);
        return Optional.ofNullable(
                        snapshots.newest(List.of(ref), columns, Set.of(fields)).get(fields))
                .orElseThrow(() -> !snapshots.leftOut().isEmpty()
                        ? ErasedRows.erased(ref, key)
                        : new UnderstudyException(
                                ErrorCode.USAGE,
                                "cannot restore row " + key + " of " + ref + ": no snapshot" + upTo() + " has it",
                                "see which rows went: history --deleted " + ref));
    }

    private String upTo() {
        return at == null ? "" : " up to " + at;
    }

    private List<String> head(Found found, RestorePlan plan, List<String> remarks) {
        List<String> head = new ArrayList<>();
        head.add(found.row().id() + " as of " + Moments.text(found.moment()) + ", snapshot " + found.snapshot());
        for (Member each : plan.members()) {
            Action action = plan.action(each);
            switch (action) {
                case INSERT -> head.add("comes back: " + each.id() + from(each, found));
                case UPDATE ->
                    head.add("is overwritten: " + each.id() + " (" + String.join(", ", each.differing()) + ")"
                            + from(each, found));
                case SAME -> head.add("is there: " + each.id());
                case CONFLICT ->
                    head.add("conflict: " + each.id() + " is there with other values of "
                            + String.join(", ", each.differing()) + "; --replace overwrites them");
                case LEFT_OUT ->
                    head.add("left out: " + each.id() + ": " + each.obstacle().orElseThrow());
            }
        }
        remarks.stream().distinct().forEach(head::add);
        return head;
    }

    private static String from(Member each, Found found) {
        return each.snapshot().equals(found.snapshot()) ? "" : ", as in snapshot " + each.snapshot();
    }

    /** Success would look as if the row was back. */
    private void refuseConflicts(RestorePlan plan, String name) {
        Member asked = plan.asked();
        if (plan.action(asked) == Action.CONFLICT) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore " + asked.id() + ": database " + Sql.identifier(name)
                            + " has it with other values of " + String.join(", ", asked.differing()),
                    "--replace overwrites them; history " + table + " " + key + " shows its versions");
        }
        if (plan.action(asked) == Action.LEFT_OUT) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore " + asked.id() + ": " + asked.obstacle().orElseThrow(),
                    "give way to it in database " + Sql.identifier(name) + ", or restore the other row first");
        }
    }

    private void print(Work work, String name) {
        boolean applied = apply && !work.script().statements().isEmpty();
        String sql = RestoreScript.text(work.head(), work.script().statements());
        Result result = new Result(
                work.found().row().table(),
                work.found().row().id().values(),
                work.found().snapshot(),
                work.found().moment(),
                name,
                applied,
                work.plan().members().stream()
                        .map(each -> RestoreScript.view(each, work.plan()))
                        .toList(),
                files,
                work.head(),
                sql);
        cli.print(
                result,
                () -> applied
                        ? work.plan().order().size() + " rows are stored in database " + Sql.identifier(name)
                        : sql);
    }
}

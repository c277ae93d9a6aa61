package io.understudy.history;

import io.understudy.audit.Caller;
import io.understudy.browse.SnapshotProgram;
import io.understudy.cli.Json;
import io.understudy.config.NearestName;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.UndonePlan.Action;
import io.understudy.history.UndonePlan.Item;
import io.understudy.postgres.Database;
import io.understudy.postgres.Sql;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code restore-row --undo}: takes a {@code restore-row --apply} back. Needs no snapshot and no filestore. */
final class UndoRows {
    /** The name of the newest one. */
    static final String LATEST = "latest";
    /** How many a hint names. */
    private static final int SHOWN = 5;

    private final SnapshotProgram cli;
    private final Settings settings;
    private final RowNotes notes;

    UndoRows(SnapshotProgram cli, Settings settings) {
        this.cli = cli;
        this.settings = settings;
        this.notes = new RowNotes(settings.state(), Clock.systemUTC(), Ticker.system());
    }

    /**
     * What the command prints with {@code --json}.
     *
     * @param undo the number of what was taken back
     * @param rows what was done with each; none where an earlier command did it
     * @param files what was done with each
     */
    private record Result(
            int undo, String table, String database, List<Map<String, Object>> rows, List<String> files) {}

    /** What the audit file says of it: no key, for a row may be erased later. */
    private record Request(int undo, String table, String database, int rows, int files, boolean replace) {}

    /**
     * Asks, and takes it back.
     *
     * @param id number or {@link #LATEST}
     * @param replace whether rows that were changed since are taken back, too
     * @param yes whether no person is asked
     */
    void run(String id, boolean replace, boolean yes) {
        RowNote note = choose(id);
        try (RowUndo undo = new RowUndo(settings, notes, note, replace, Ticker.system())) {
            RowUndo.Work work = undo.plan();
            work.head().forEach(cli::say);
            cli.confirm(
                    "take restore-row " + note.number() + " back in database " + Sql.identifier(note.database()) + "?",
                    yes);
            Request request = new Request(
                    note.number(),
                    note.table(),
                    note.database(),
                    note.rows().size(),
                    note.files().size(),
                    replace);
            RowUndo.Done done = cli.audit(settings)
                    .around(
                            Caller.ofThisProcess(),
                            "restore-row --undo",
                            Json.line(request),
                            () -> undo.run(yes ? Optional.empty() : Optional.of(work.head())));
            if (!done.work().head().equals(work.head())) {
                cli.say("the database changed before the rows were locked; this is what was done:");
                done.work().head().forEach(cli::say);
            }
            done.files().forEach(cli::say);
            print(note, done.work(), done.files());
        }
    }

    private void print(RowNote note, RowUndo.Work work, List<String> files) {
        Result result = new Result(
                note.number(),
                note.table(),
                note.database(),
                work.items().stream().map(UndoRows::view).toList(),
                files);
        cli.print(
                result,
                () -> "restore-row " + note.number() + " is taken back: " + count(work, Action.DELETE)
                        + " rows are deleted, " + count(work, Action.PUT_BACK) + " have their old values, in database "
                        + Sql.identifier(note.database()));
    }

    private static long count(RowUndo.Work work, Action action) {
        return work.items().stream().filter(each -> each.action() == action).count();
    }

    private static Map<String, Object> view(Item item) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("table", item.noted().table());
        view.put("key", item.noted().id().values());
        view.put("action", item.action().name().toLowerCase(Locale.ROOT));
        view.put("columns", item.columns());
        view.put("reason", item.reason().isEmpty() ? null : item.reason());
        return view;
    }

    private RowNote choose(String id) {
        List<Integer> numbers = notes.numbers();
        if (id.equals(LATEST)) {
            for (int number : numbers) {
                Optional<RowNote> stored = notes.find(number).flatMap(this::settled);
                if (stored.isPresent()) {
                    return requireKept(stored.get());
                }
            }
            throw refused("", "this server stored none", "restore-row TABLE KEY --apply is one");
        }
        int number = number(id, numbers);
        RowNote note = notes.find(number)
                .orElseThrow(() -> refused(" " + number, "this server keeps no note of it", others(number)));
        return requireKept(settled(note)
                .orElseThrow(() -> refused(" " + number, "it was stopped before it stored anything", others(number))));
    }

    private static int number(String id, List<Integer> numbers) {
        if (id.matches("[0-9]{1,8}")) {
            return Integer.parseInt(id);
        }
        List<String> names =
                new ArrayList<>(numbers.stream().map(String::valueOf).toList());
        names.add(LATEST);
        throw refused(
                " " + id,
                "this is no number",
                NearestName.of(id, names)
                        .map(near -> "did you mean " + near + "?")
                        .orElse("restore-row --undo takes the last one back, and says which"));
    }

    private Optional<RowNote> settled(RowNote note) {
        return RowUndo.settled(note, () -> new Database(settings.database()).openApart(note.database()));
    }

    private RowNote requireKept(RowNote note) {
        return switch (note.phase()) {
            case UNDONE -> throw refused(" " + note.number(), "it is taken back already", others(note.number()));
            case EXPIRED ->
                throw refused(
                        " " + note.number(),
                        "it is older than " + RowNotes.LONGEST.toDays() + " days, and what was before is not kept"
                                + " any more",
                        "restore-row --at T --replace brings older values back");
            case STORING, STORED, UNDOING -> {
                if (note.isTooLarge()) {
                    throw refused(
                            " " + note.number(),
                            "it stored more than " + RowNoting.LIMITS + ", which no note keeps",
                            "restore-row --at T --replace brings older values back");
                }
                yield note;
            }
        };
    }

    private String others(int but) {
        String kept = notes.numbers().stream()
                .filter(each -> each != but)
                .flatMap(each -> notes.readable(each, cli::say).stream())
                .filter(each -> !each.isOver() && !each.isTooLarge())
                .limit(SHOWN)
                .map(RowNote::text)
                .collect(Collectors.joining("; "));
        return kept.isEmpty() ? "there is no other one" : "these can be taken back by their numbers: " + kept;
    }

    private static UnderstudyException refused(String which, String why, String hint) {
        return new UnderstudyException(ErrorCode.USAGE, "cannot take restore-row" + which + " back: " + why, hint);
    }
}

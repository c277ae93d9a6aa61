package io.understudy.history;

import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.RowNote.Phase;
import io.understudy.postgres.Catalog;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.time.Moments;
import io.understudy.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Takes back what a {@code restore-row --apply} stored: rows that came are deleted, those that were overwritten get
 * their old values back, files that came are removed. Rows in one transaction, and only where each is as it was stored;
 * then the files; then the note says so. Where it is stopped on the way, the next call goes on.
 */
final class RowUndo implements AutoCloseable {
    private final Settings settings;
    private final RowNotes notes;
    private final RowNote note;
    private final boolean replace;
    private final LockPatience patience;
    private final Ticker ticker;
    private final Session session;
    private final WaitGuard guard;
    /** What would be done with the files: they are read while nothing of the site is locked. */
    private List<String> files = List.of();

    /**
     * @param note that was stored
     * @param replace whether rows that were changed since are taken back, too
     */
    RowUndo(Settings settings, RowNotes notes, RowNote note, boolean replace, Ticker ticker) {
        this.settings = settings;
        this.notes = notes;
        this.note = note;
        this.replace = replace;
        this.ticker = ticker;
        this.patience = new LockPatience(settings.database().lockTimeout(), ticker);
        Database database = new Database(settings.database());
        // Triggers of the site may run in it.
        this.session = database.openApart(note.database());
        this.guard = new WaitGuard(database, note.database(), session);
        session.execute("SET lock_timeout = " + LockPatience.WAIT_MILLIS);
    }

    /**
     * @param items the rows, in the order in which they are taken back
     * @param head what a person reads before it is done
     */
    record Work(List<UndonePlan.Item> items, List<String> head) {}

    /**
     * @param work as it was found with its rows locked
     * @param files what was done with each
     */
    record Done(Work work, List<String> files) {}

    private record Step(Work work, UndoneScript script) {}

    /**
     * Works out what is done.
     *
     * @throws UnderstudyException {@code USAGE} where rows were changed since, or others refer to them
     */
    Work plan() {
        requireSame(note, session);
        files = files();
        return areRowsBack() ? rowsAreBack() : patience.until(() -> step(false).work(), () -> {});
    }

    private Work rowsAreBack() {
        List<String> head = new ArrayList<>();
        head.add("restore-row " + note.number() + ": its rows are taken back already, by a command that was stopped");
        head.addAll(files);
        return new Work(List.of(), head);
    }

    private boolean areRowsBack() {
        return note.phase() == Phase.UNDOING;
    }

    private Step step(boolean locks) {
        LiveTables tables = new LiveTables(session);
        LiveRows rows = new LiveRows(session, locks, guard);
        UndonePlan plan = UndonePlan.of(note.rows(), tables, rows, replace);
        if (!plan.refused().isEmpty()) {
            throw refused(
                    plan.refused(),
                    "were changed since",
                    "--replace takes them back all the same, and what was changed is lost then");
        }
        List<Link> links = new ArrayList<>(tables.foreignKeys());
        links.addAll(new ConfiguredLinks(tables).of(settings.history()));
        UndoneReferences references =
                UndoneReferences.of(plan, links, tables, new LiveRows(session, false, guard), rows);
        if (!references.dangling().isEmpty()) {
            throw refused(
                    references.dangling(),
                    "would point to nothing",
                    "delete these first, or have them refer to another row; a later restore-row is taken back first");
        }
        UndoneScript script = new UndoneScript(plan, tables);
        return new Step(new Work(plan.items(), head(plan, references, script)), script);
    }

    private UnderstudyException refused(List<String> rows, String why, String hint) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot take restore-row " + note.number() + " back: " + rows.size() + " rows " + why + ": "
                        + rows.stream().limit(100).collect(Collectors.joining("; "))
                        + (rows.size() > 100 ? "; …" : ""),
                hint);
    }

    private List<String> head(UndonePlan plan, UndoneReferences references, UndoneScript script) {
        List<String> head = new ArrayList<>();
        head.add("restore-row " + note.number() + " of " + Moments.text(note.at()) + ": " + note.table()
                + " from snapshot " + note.snapshot() + ", in database " + Sql.identifier(note.database()));
        plan.items().forEach(each -> head.add(each.text()));
        head.addAll(files);
        references.remarks().forEach(each -> head.add(each + ", and will point to nothing"));
        head.addAll(script.remarks());
        head.add("sequences stay where they are");
        return head;
    }

    private List<String> files() {
        return new NotedFiles(settings.trees(), Map.of()).preview(note.files());
    }

    /**
     * Does it.
     *
     * @param shown what a person agreed to; empty: whatever is to be done now
     * @return what was done
     * @throws UnderstudyException as those of {@link #plan}; {@code CANCELLED} where it is not what was shown: nothing
     *     was changed; {@code FILE_*}: rows are taken back, and the next call goes on
     */
    Done run(Optional<List<String>> shown) {
        return notes.alone(() -> {
            requireSame(note, session);
            if (!isStill()) {
                throw changed();
            }
            Work work = areRowsBack() ? rowsAreBack() : takeRowsBack(shown);
            List<String> removed = removeFiles();
            notes.write(note.emptied(Phase.UNDONE));
            notes.prune();
            return new Done(work, removed);
        });
    }

    /** Another process may have taken it back in between. */
    private boolean isStill() {
        return notes.find(note.number())
                .filter(each -> !each.isOver() && each.transaction() == note.transaction())
                .isPresent();
    }

    private Work takeRowsBack(Optional<List<String>> shown) {
        files = files();
        return patience.until(
                () -> {
                    session.execute("BEGIN; " + locks());
                    Step step = step(true);
                    if (shown.filter(head -> !head.equals(step.work().head())).isPresent()) {
                        throw changed();
                    }
                    guard.during(() -> step.script().run(session));
                    // Before anyone can see it: whether it was committed, the server knows.
                    notes.write(note.in(Phase.UNDOING, session.number("SELECT pg_catalog.txid_current()")));
                    session.execute("COMMIT");
                    return step.work();
                },
                () -> session.execute("ROLLBACK"));
    }

    /** Only now: rows that are there never lack them. */
    private List<String> removeFiles() {
        if (note.files().isEmpty()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        NamedFiles named = new NamedFiles(settings, session, ticker, texts::add);
        texts.addAll(new NotedFiles(settings.trees(), named.stillNamed(note.files())).remove(note.files()));
        return texts;
    }

    private UnderstudyException changed() {
        return new UnderstudyException(
                ErrorCode.CANCELLED,
                "cannot take restore-row " + note.number() + " back: database " + Sql.identifier(note.database())
                        + " changed before the question was answered",
                "run it again, and see what it would do now");
    }

    private String locks() {
        Set<TableRef> there = new TreeSet<>();
        LiveTables tables = new LiveTables(session);
        note.rows().stream()
                .map(NotedRow::table)
                .distinct()
                .filter(each -> tables.find(each).isPresent())
                .forEach(there::add);
        return TableLocks.of(there, "ROW EXCLUSIVE");
    }

    @Override
    public void close() {
        guard.close();
        session.close();
    }

    /**
     * How a note's transaction ended, as the server of its database knows it.
     *
     * @return empty where it was never stored
     * @throws UnderstudyException {@code DATABASE_BUSY} where that is not decided yet
     */
    static Optional<RowNote> settled(RowNote note, Supplier<Session> sessions) {
        if (note.phase() != Phase.STORING && note.phase() != Phase.UNDOING) {
            return Optional.of(note);
        }
        try (Session session = sessions.get()) {
            requireSame(note, session);
            return settled(note, status(note, session));
        }
    }

    /** Another database's rows are not those of the note, nor are its transactions. */
    private static void requireSame(RowNote note, Session session) {
        if (!new Catalog(session).identity().equals(note.identity())) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot take restore-row " + note.number() + " back: " + Sql.identifier(note.database())
                            + " is another database now than the one in which it stored rows",
                    "that one was dropped, renamed or exchanged by an import since, and its rows went with it");
        }
    }

    /**
     * Decides of all notes how they ended whose transaction the server knows still; later it forgets it. Those that
     * were never stored go. A later note is there.
     *
     * @param say receives which could not be decided: they hinder no other one
     */
    static void settleAll(RowNotes notes, Session session, Consumer<String> say) {
        DatabaseIdentity identity = new Catalog(session).identity();
        for (int number : notes.storing()) {
            notes.readable(number, say)
                    .filter(note -> note.identity().equals(identity) && note.phase() == Phase.STORING)
                    .ifPresent(note -> {
                        String status = status(note, session);
                        if (status.equals("aborted")) {
                            notes.delete(number);
                        } else if (status.equals("committed")) {
                            notes.write(note.in(Phase.STORED));
                        }
                    });
        }
    }

    private static String status(RowNote note, Session session) {
        return session.first(
                        "SELECT coalesce(pg_catalog.txid_status(?), 'forgotten') AS status",
                        row -> row.text("status"),
                        note.transaction())
                .orElse("forgotten");
    }

    /** @param status of its transaction, by the words of PostgreSQL */
    static Optional<RowNote> settled(RowNote note, String status) {
        boolean storing = note.phase() == Phase.STORING;
        return switch (status) {
            case "committed" -> Optional.of(storing ? note.in(Phase.STORED) : note);
            case "aborted" -> storing ? Optional.empty() : Optional.of(note.in(Phase.STORED));
            case "in progress" ->
                throw new UnderstudyException(
                        ErrorCode.DATABASE_BUSY,
                        "cannot take restore-row " + note.number() + " back: its transaction has not ended yet",
                        "try again in a moment; pg_stat_activity shows it");
            // After some hundred million transactions: then the rows say what is to be done.
            default -> Optional.of(note.in(Phase.STORED));
        };
    }
}

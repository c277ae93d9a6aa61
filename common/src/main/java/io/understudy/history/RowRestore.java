package io.understudy.history;

import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.RowNote.NotedFile;
import io.understudy.history.RowNote.Phase;
import io.understudy.history.SnapshotRows.Found;
import io.understudy.history.SnapshotRows.NotRead;
import io.understudy.postgres.Catalog;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Databases;
import io.understudy.postgres.Session;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.time.Ticker;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Brings a row back into a database. What comes back is worked out without a transaction: nothing of the site is locked
 * while snapshots are read. To store it, the tables are locked at once or not at all, and the same is worked out again
 * from what was read; so what is stored is what was shown, and all that it was compared with is as it was.
 */
final class RowRestore implements AutoCloseable {
    private final Settings settings;
    private final RestoreRequest request;
    private final SnapshotRows snapshots;
    private final KeptRevisions kept;
    private final LockPatience patience;
    private final Ticker ticker;
    private final Session session;
    private final WaitGuard guard;
    private final RowNotes notes;
    private final String name;
    /** That came back, also in an attempt that stored no row. */
    private final List<NotedFile> files = new ArrayList<>();

    private Optional<Found> found = Optional.empty();
    private Optional<RowNote> note = Optional.empty();

    /** @param name of the database */
    RowRestore(
            Settings settings,
            String name,
            RestoreRequest request,
            SnapshotRows snapshots,
            KeptRevisions kept,
            RowNotes notes,
            Ticker ticker) {
        this.settings = settings;
        this.notes = notes;
        this.name = name;
        this.request = request;
        this.snapshots = snapshots;
        this.kept = kept;
        this.ticker = ticker;
        this.patience = new LockPatience(settings.database().lockTimeout(), ticker);
        Database database = new Database(settings.database());
        if (!request.live()) {
            RestoreRowUsage.requireNamed(
                    name, new Databases(database, ticker).all().values());
        }
        // Triggers of the site may run in it.
        this.session = database.openApart(name);
        this.guard = new WaitGuard(database, name, session);
        session.execute("SET lock_timeout = " + LockPatience.WAIT_MILLIS);
    }

    /**
     * @param head what a person reads before it is stored
     * @param undoable whether its note has room for what it takes to take it back
     */
    record Work(
            Found found, RestorePlan plan, RestoreScript script, List<String> head, String locks, boolean undoable) {
        /** Whether the row itself can come back, and anything is to be done for it. */
        boolean isNothing() {
            return script.statements().isEmpty() || plan.action(plan.asked()) == RestorePlan.Action.LEFT_OUT;
        }
    }

    /** Works out what comes back. */
    Work plan() {
        return patience.until(() -> plan(false), () -> {});
    }

    private Work plan(boolean locks) {
        List<String> remarks = new ArrayList<>();
        LiveTables tables = new LiveTables(session);
        LiveRows rows = new LiveRows(session, locks, guard);
        if (found.isEmpty()) {
            found = Optional.of(find(tables));
        }
        List<Link> links = new ArrayList<>(tables.foreignKeys());
        links.addAll(new ConfiguredLinks(tables).of(settings.history()));
        RowClosure closure =
                new RowClosure(snapshots, tables, rows, links, request.dependents(), request.replace(), remarks::add);
        RestorePlan plan = RestorePlan.of(closure.of(found.get()), tables, rows, request.replace());
        RestoreScript script = new RestoreScript(plan, tables, closure.presentParents());
        snapshots.every().warn(remarks::add);
        snapshots.leftOut().forEach(each -> ErasedRows.text(each).ifPresent(remarks::add));
        remarks.addAll(plan.unchecked());
        remarks.addAll(script.remarks());
        if (!request.apply() && request.applies() && namesFiles()) {
            remarks.add("files that these rows name (closure) come back with --apply only");
        }
        if (request.apply() && Files.exists(settings.marker())) {
            remarks.add("this server is a standby: its next import takes away what is stored now");
        }
        boolean undoable = !request.apply() || isUndoable(plan, tables, rows);
        if (!undoable) {
            remarks.add("--undo will not take this back: " + "more than " + RowNoting.LIMITS);
        }
        return new Work(
                found.get(),
                plan,
                script,
                RestoreText.head(found.get(), plan, remarks),
                TableLocks.of(plan, closure.presentParents().stream().map(RowClosure.Need::table)),
                undoable);
    }

    private static boolean isUndoable(RestorePlan plan, LiveTables tables, LiveRows rows) {
        RowNoting noting = new RowNoting(plan, tables, rows);
        noting.before();
        return noting.fits();
    }

    private Found find(LiveTables tables) {
        TableRef ref = request.table();
        if (tables.find(ref).isEmpty()) {
            throw ref.unknown("the database", tables.names());
        }
        List<TableData> versions = new ArrayList<>();
        snapshots.each(opened -> {
            SnapshotTables.find(opened, ref).ifPresent(versions::add);
            return versions.isEmpty();
        });
        List<String> columns = versions.stream()
                .findFirst()
                .map(TableData::key)
                .or(() -> kept.key(ref))
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.USAGE,
                        "cannot restore a row of " + ref + ": no snapshot" + request.upTo() + " has this table",
                        "see what there is: list, and diff A B"));
        List<String> fields = new KeyText(request.key()).fields(ref, columns);
        return Optional.ofNullable(
                        snapshots.newest(List.of(ref), columns, Set.of(fields)).get(fields))
                .orElseThrow(() -> !snapshots.leftOut().isEmpty()
                        ? ErasedRows.erased(ref, request.key())
                        : new UnderstudyException(
                                ErrorCode.USAGE,
                                "cannot restore row " + request.key() + " of " + ref + ": no snapshot" + request.upTo()
                                        + " has it",
                                "see which rows went: history --deleted " + ref));
    }

    private boolean namesFiles() {
        return request.live() && !settings.closure().isEmpty();
    }

    /**
     * Stores it, with the files that the rows name, and a note by which it can be taken back. Other databases belong to
     * no tree.
     *
     * @param say receives what a person reads
     * @return the note; empty where the database changed: then no row is stored
     */
    Optional<RowNote> store(Work work, Consumer<String> say) {
        Optional<NamedFiles> named =
                namesFiles() ? Optional.of(new NamedFiles(settings, session, ticker, say)) : Optional.empty();
        if (named.isPresent() && !within(work, () -> rehearse(work, named.get()), "ROLLBACK")) {
            return Optional.empty();
        }
        named.ifPresent(each -> each.bring(snapshots, files::add));
        return notes.alone(() -> {
            if (!within(work, () -> writeNoted(work), "COMMIT")) {
                return Optional.empty();
            }
            RowNote stored = note.orElseThrow().in(Phase.STORED);
            TakenAway.warn(stored.rows(), say);
            try {
                notes.write(stored);
                // What was never stored takes no place of the notes that are kept.
                RowUndo.settleAll(notes, session, say);
                notes.prune();
            } catch (UnderstudyException e) {
                // The rows are there, and so is a note, which says by its transaction that they are.
                say.accept("warning: " + e.getMessage());
            }
            return Optional.of(stored);
        });
    }

    /** The note is on the disk before anyone can see the rows: what is not committed, the server knows. */
    private void writeNoted(Work work) {
        RowNoting noting = new RowNoting(work.plan(), new LiveTables(session), new LiveRows(session, true, guard));
        if (work.undoable()) {
            noting.before();
        }
        write(work);
        Member asked = work.plan().asked();
        List<NotedRow> written = work.undoable() ? noting.after() : List.of();
        TakenAway.requireThere(asked, work.undoable() ? written : noting.after(List.of(asked)));
        note = Optional.of(new RowNote(
                note.map(RowNote::number).orElseGet(notes::next),
                notes.now(),
                work.found().snapshot(),
                work.found().row().table().toString(),
                name,
                new Catalog(session).identity(),
                Phase.STORING,
                session.number("SELECT pg_catalog.txid_current()"),
                written,
                files));
        notes.write(note.orElseThrow());
        // The site may wait from here on: only for the look and the COMMIT.
        guard.during(() -> work.script().checks().forEach(session::execute));
    }

    /** Stores the rows to ask which files they name, and takes them back: files come while nothing is locked. */
    private void rehearse(Work work, NamedFiles named) {
        guard.during(named::before);
        write(work);
        guard.during(named::after);
    }

    private void write(Work work) {
        guard.during(() -> work.script().writes().forEach(session::execute));
    }

    /** @return false where something else comes back by now: then nothing was done */
    private boolean within(Work work, Runnable step, String end) {
        return patience.until(
                () -> {
                    session.execute("BEGIN; " + work.locks());
                    if (!isStill(work, true)) {
                        session.execute("ROLLBACK");
                        return false;
                    }
                    return isDone(work, step, end);
                },
                () -> session.execute("ROLLBACK"));
    }

    /** What another session was about to store was not seen before. */
    private boolean isDone(Work work, Runnable step, String end) {
        try {
            step.run();
            session.execute(end);
            return true;
        } catch (UnderstudyException e) {
            if (!DatabaseErrors.state(e).filter(UniqueRule.TAKEN::contains).isPresent()) {
                throw e;
            }
            session.execute("ROLLBACK");
            if (isStill(work, false)) {
                throw e;
            }
            return false;
        }
    }

    private boolean isStill(Work work, boolean locks) {
        snapshots.rememberOnly(true);
        try {
            Work now = plan(locks);
            return now.undoable() == work.undoable()
                    && now.script().statements().equals(work.script().statements());
        } catch (NotRead e) {
            return false;
        } finally {
            snapshots.rememberOnly(false);
        }
    }

    @Override
    public void close() {
        guard.close();
        session.close();
    }
}

package io.understudy.dump;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.postgres.DatabaseStatements;
import io.understudy.postgres.Databases;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseProperties.Setting;
import io.understudy.restore.RestorePoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the database of a restore: loaded under another name, which it gives up when all of it is there. Goes on with
 * one that an earlier restore of the same left, and with none that it does not know. Not thread-safe.
 */
final class NewDatabase {
    private static final String OWN_TABLES = """
            SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
            """;

    private final Database database;
    private final Databases databases;
    private final PgTools tools;
    private final DraftNotes notes;
    private final TargetName target;
    private final DraftDatabase draft;

    NewDatabase(Database database, Databases databases, PgTools tools, DraftNotes notes, TargetName target) {
        this.database = database;
        this.databases = databases;
        this.tools = tools;
        this.notes = notes;
        this.target = target;
        this.draft = new DraftDatabase(database, databases, target);
    }

    /**
     * What is made.
     *
     * @param asked what of which snapshot
     * @param properties of its database
     * @param holder owner of the new one
     * @param kept whether owners and rights are kept
     */
    record Plan(Asked asked, DatabaseProperties properties, String holder, boolean kept) {
        boolean whole() {
            return asked.request().isOfAll();
        }
    }

    /** Whether there is something of the note that may be gone on with. */
    boolean isBegun(DraftNotes.Note note) {
        return draft.isBegun(note.made());
    }

    /**
     * @return false where nothing of an earlier restore is kept, and {@code earlier} wants no new one: nothing is there
     * @throws UnderstudyException as {@link DatabaseRestore#restore}
     */
    boolean make(Plan plan, DatabaseDump dump, Earlier earlier, Progress progress) {
        DumpScript script = dump.scriptInSteps(progress);
        String content = script.fingerprint() + (plan.kept() ? "" : " without owners");
        Optional<DraftNotes.Note> left = notes.of(target.name());
        Optional<DraftNotes.Note> begun = left.filter(note -> note.isOf(plan.asked(), content));
        int parts = script.parts().size();
        if (begun.filter(note -> draft.isNamed(note.made(), parts)).isPresent()) {
            earlier.goesOn();
        } else {
            requireFree();
            Stored stored = begun.map(note -> stored(note, script, plan.asked().owner()))
                    .orElse(Stored.OF_SOMETHING_ELSE);
            if (stored.isKept()) {
                earlier.goesOn();
            } else if (left.isPresent() && !earlier.startsOver(stored.lost())) {
                giveUp();
                return false;
            }
            fill(plan, dump, script, content, stored, progress);
            RestorePoint.DRAFT_NAMED.reached();
        }
        comment(plan.properties().comment());
        notes.delete(target.name());
        return true;
    }

    /** Up to the moment when it has its name. */
    private void fill(
            Plan plan, DatabaseDump dump, DumpScript script, String content, Stored stored, Progress progress) {
        DatabaseIdentity made = stored.isKept() ? stored.made() : create(plan);
        // From here on the database of that name is this restore's own.
        try {
            if (!stored.isKept()) {
                note(plan, made, content);
            }
            load(plan, dump, stored.parts(), progress);
            databases.rename(
                    Map.of(made, target.name()), DatabaseNames.of(target.name()).passing("moving"));
        } catch (RuntimeException e) {
            if (!(e instanceof UnderstudyException failure && notes.areKept() && Resuming.isKept(failure))) {
                giveUp();
            }
            throw e;
        }
    }

    private void giveUp() {
        draft.drop();
        notes.delete(target.name());
    }

    private DatabaseIdentity create(Plan plan) {
        notes.delete(target.name());
        return draft.create(
                version -> DatabaseStatements.create(target.draft(), plan.properties(), plan.holder(), version));
    }

    private void note(Plan plan, DatabaseIdentity made, String content) {
        if (plan.whole()) {
            settings(statements(plan), plan.kept());
        }
        RestorePoint.DRAFT_CREATED.reached();
        notes.write(new DraftNotes.Note(DraftNotes.Note.FORMAT, target.name(), made, plan.asked(), content));
        RestorePoint.DRAFT_NOTED.reached();
    }

    /** Also where all is stored: values of sequences are set again. */
    private void load(Plan plan, DatabaseDump dump, int from, Progress progress) {
        loading().load(dump, plan.asked().owner(), from, draft, progress);
        RestorePoint.DRAFT_LOADED.reached();
        analyse(target.draft());
        finish(statements(plan), plan.kept() && plan.whole());
        RestorePoint.DRAFT_FINISHED.reached();
    }

    private LoadSession loading() {
        return new LoadSession(database, tools, target);
    }

    private DatabaseStatements statements(Plan plan) {
        return new DatabaseStatements(target.draft(), plan.properties());
    }

    /**
     * What an earlier restore left.
     *
     * @param made the database; null where none is kept
     * @param parts how many are stored in it
     * @param lost why none is kept, for people
     */
    private record Stored(DatabaseIdentity made, int parts, String lost) {
        static final Stored OF_SOMETHING_ELSE = lost("it was of other content: rows were erased since, it was asked for"
                + " otherwise, or by another version of this program");

        static Stored lost(String why) {
            return new Stored(null, 0, why);
        }

        boolean isKept() {
            return made != null;
        }
    }

    private Stored stored(DraftNotes.Note note, DumpScript script, Optional<String> owner) {
        int stored = draft.stored(note.made()).orElse(0);
        List<DumpScript.Part> parts = script.parts();
        if (stored == 0 || stored > parts.size()) {
            return Stored.lost("the comment of database " + Sql.identifier(target.draft())
                    + " does not say how much of it is stored");
        }
        return new KeptTables(question -> loading().look(owner, question), target.draft())
                .changed(parts.subList(0, stored), parts.subList(stored, parts.size()))
                .map(Stored::lost)
                .orElseGet(() -> new Stored(note.made(), stored, ""));
    }

    private void requireFree() {
        if (databases.named(target.name()).isPresent()) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FOREIGN,
                    "cannot restore into database " + Sql.identifier(target.name()) + ": there is one of this name",
                    "give a name that no database has, or drop that one: a restore never writes over a database");
        }
    }

    /** Functions and constraints of the schema may read these. Of roles that this server lacks they are left out. */
    private void settings(DatabaseStatements statements, boolean kept) {
        try (Session session = database.maintenance()) {
            for (Setting setting : statements.properties().settings()) {
                if (setting.role() == null
                        || kept
                        || session.number("SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = ?", setting.role())
                                > 0) {
                    session.execute(statements.setting(setting));
                }
            }
        }
    }

    /** The tables of this server: those of others may be out of reach. */
    private void analyse(String name) {
        try (Session session = database.open(name)) {
            session.query(OWN_TABLES, row -> Sql.qualified(row.text("schema"), row.text("name")))
                    .forEach(table -> session.execute("ANALYZE " + table));
        }
    }

    private void finish(DatabaseStatements statements, boolean kept) {
        try (Session session = database.maintenance()) {
            session.execute("BEGIN");
            if (kept) {
                statements.grants().forEach(session::execute);
            }
            session.execute(statements.connectionLimit());
            session.execute("COMMIT");
        }
    }

    private void comment(String comment) {
        try (Session session = database.maintenance()) {
            session.execute("COMMENT ON DATABASE " + Sql.identifier(target.name()) + " IS "
                    + (comment == null ? "NULL" : Sql.literal(comment)));
        }
    }
}

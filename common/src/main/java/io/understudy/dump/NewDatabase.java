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
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

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

    /** @throws UnderstudyException as {@link DatabaseRestore#restore} */
    void make(Plan plan, DatabaseDump dump, Progress progress) {
        DumpScript script = dump.scriptInSteps(progress);
        String content = script.fingerprint() + (plan.kept() ? "" : " without owners");
        Optional<DraftNotes.Note> begun = notes.of(target.name()).filter(note -> note.isOf(plan.asked(), content));
        int parts = script.parts().size();
        if (begun.filter(note -> draft.isNamed(note.made(), parts)).isEmpty()) {
            requireFree();
            OptionalInt stored = begun.map(
                            each -> stored(each, script, plan.asked().owner()))
                    .orElse(OptionalInt.empty());
            DatabaseIdentity made = stored.isPresent() ? begun.orElseThrow().made() : create(plan);
            // From here on the database of that name is this restore's own.
            try {
                if (stored.isEmpty()) {
                    note(plan, made, content);
                }
                load(plan, dump, script, stored.orElse(0), progress);
                databases.rename(
                        Map.of(made, target.name()),
                        DatabaseNames.of(target.name()).passing("moving"));
            } catch (RuntimeException e) {
                if (!(e instanceof UnderstudyException failure && notes.areKept() && Resuming.isKept(failure))) {
                    draft.drop();
                    notes.delete(target.name());
                }
                throw e;
            }
            RestorePoint.DRAFT_NAMED.reached();
        }
        comment(plan.properties().comment());
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
        notes.write(new DraftNotes.Note(
                DraftNotes.Note.FORMAT, target.name(), made, plan.asked(), content, draft.started()));
        RestorePoint.DRAFT_NOTED.reached();
    }

    private void load(Plan plan, DatabaseDump dump, DumpScript script, int from, Progress progress) {
        if (from < script.parts().size()) {
            loading().load(dump, plan.asked().owner(), from, draft, progress);
        }
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

    /** How many parts an earlier restore stored; empty where it is to begin again. */
    private OptionalInt stored(DraftNotes.Note note, DumpScript script, Optional<String> owner) {
        OptionalInt stored = draft.stored(note.made());
        boolean whole = stored.isPresent()
                && stored.getAsInt() > 0
                && stored.getAsInt() <= script.parts().size()
                && new KeptTables(question -> loading().look(owner, question), target.draft())
                        .areWhole(
                                script.parts().subList(0, stored.getAsInt()),
                                !draft.started().equals(note.started()));
        return whole ? stored : OptionalInt.empty();
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

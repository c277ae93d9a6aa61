package io.understudy.dump;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.config.Settings;
import io.understudy.config.Settings.Ownership;
import io.understudy.dump.DumpRequest.Parts;
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
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseProperties.Setting;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Restores a snapshot's database, or a part of it, into a database of its own next to the site's: loaded under another
 * name, which it gives up when all of it is there. So under the name that was asked for there is nothing or all. A
 * failed restore drops what it made; what a killed one left is dropped by the next one of the same name.
 */
public final class DatabaseRestore {
    private static final String SUPERUSERS = "SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = ? AND rolsuper";

    private static final String OWN_TABLES = """
            SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
            """;

    private final Database database;
    private final Databases databases;
    private final PgTools tools;
    private final boolean single;
    private final ErasedKeys erased;

    public DatabaseRestore(Settings settings) {
        this(
                new Database(settings.database()),
                new PgTools(settings.database(), new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state()))),
                Ticker.system());
    }

    /** With the parts that a server has. */
    public DatabaseRestore(Database database, PgTools tools, Ticker ticker) {
        this(database, new Databases(database, ticker), tools, ErasedKeys.none());
    }

    private DatabaseRestore(Database database, Databases databases, PgTools tools, ErasedKeys erased) {
        this.database = database;
        this.databases = databases;
        this.tools = tools;
        this.single = database.settings().ownership() == Ownership.SINGLE;
        this.erased = erased;
    }

    /** The same without rows that were erased since, and what refers to them. */
    public DatabaseRestore leavingOut(ErasedKeys keys) {
        return new DatabaseRestore(database, databases, tools, keys);
    }

    /**
     * What was made.
     *
     * @param leftOut what belongs to the tables that were named and needs others
     * @param erased how many rows of which tables were left out because they were erased
     */
    public record Restored(SnapshotId snapshot, String database, List<String> leftOut, List<String> erased) {}

    /** Whether a hostile site could get the rights of a superuser: functions of its own run while rows are stored. */
    public boolean runsAsSuperuser(Optional<String> owner) {
        try (Session session = database.maintenance()) {
            return owner.map(role -> session.number(SUPERUSERS, role) > 0).orElseGet(session::isSuperuser);
        }
    }

    /**
     * @param request its owners are kept only where there is no {@code owner}, and this server keeps owners at all
     * @param name that no database has; for rows alone, one that has the tables, empty
     * @param owner of all that is made; empty: as in the snapshot
     * @throws UnderstudyException {@code USAGE}, {@code DATABASE_FOREIGN} where the name is taken,
     *     {@code MISSING_ROLE}, {@code LOAD_FAILED}, {@code LOCKED}, and those of the snapshot and of sessions
     */
    public Restored restore(
            Opened snapshot, DumpRequest request, String name, Optional<String> owner, Progress progress) {
        TargetName target = TargetName.of(name, database.settings());
        owner.ifPresent(this::requireRole);
        if (owner.isPresent() && request.parts() == Parts.DATA) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "--owner and --data-only exclude each other: rows have no owner",
                    "leave out --owner");
        }
        boolean kept = owner.isEmpty() && !single;
        DatabaseDump dump = new DatabaseDump(
                        snapshot.manifest(), snapshot.blobs(), tools, kept ? request : request.withoutOwners())
                .leavingOut(erased);
        try (Session lock = database.maintenance()) {
            lock(lock, name);
            if (request.parts() == Parts.DATA) {
                fill(dump, name, progress);
            } else {
                make(snapshot.manifest().database().properties(), dump, target, owner, request.isOfAll(), progress);
            }
        }
        return new Restored(snapshot.manifest().snapshot(), name, dump.leftOut(), dump.erased());
    }

    private static void lock(Session session, String name) {
        String sql = "SELECT pg_catalog.pg_try_advisory_lock(1431200869, pg_catalog.hashtext(" + Sql.literal(name)
                + "))::int AS got";
        if (session.first(sql, row -> row.number("got")).orElseThrow() == 0) {
            throw new UnderstudyException(
                    ErrorCode.LOCKED,
                    "cannot restore into database " + Sql.identifier(name) + ": another restore does so now",
                    "wait for its end, or give another name");
        }
    }

    private void requireRole(String role) {
        try (Session session = database.maintenance()) {
            if (session.number("SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = ?", role) == 0) {
                throw new UnderstudyException(
                        ErrorCode.MISSING_ROLE,
                        "cannot give the database to role " + Sql.identifier(role)
                                + ": this server has none of that name",
                        "create it, or name another one with --owner");
            }
        }
    }

    private void requireRoles(DatabaseProperties properties) {
        TreeSet<String> missing = new TreeSet<>(properties.roles());
        missing.add(properties.owner());
        try (Session session = database.maintenance()) {
            missing.removeAll(session.query("SELECT rolname FROM pg_catalog.pg_roles", row -> row.text("rolname")));
        }
        if (!missing.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.MISSING_ROLE,
                    "cannot restore the database: this server lacks the roles " + String.join(", ", missing),
                    "create them, or let all belong to one role with --owner ROLE");
        }
    }

    private void make(
            DatabaseProperties properties,
            DatabaseDump dump,
            TargetName target,
            Optional<String> owner,
            boolean whole,
            Progress progress) {
        boolean kept = owner.isEmpty() && !single;
        requireFree(target.name());
        if (kept && whole) {
            requireRoles(properties);
        }
        DraftDatabase draft = new DraftDatabase(database, databases, target);
        String holder =
                owner.orElse(kept ? properties.owner() : database.settings().user());
        DatabaseIdentity made =
                draft.create(version -> DatabaseStatements.create(target.draft(), properties, holder, version));
        boolean complete = false;
        try {
            DatabaseStatements statements = new DatabaseStatements(target.draft(), properties);
            if (whole) {
                settings(statements, kept);
            }
            new LoadSession(database, tools, target).load(dump, owner, progress);
            analyse(target.draft());
            finish(statements, kept && whole);
            databases.rename(
                    Map.of(made, target.name()), DatabaseNames.of(target.name()).passing("moving"));
            complete = true;
            comment(target.name(), properties.comment());
        } finally {
            if (!complete) {
                draft.drop();
            }
        }
    }

    private void requireFree(String name) {
        if (databases.named(name).isPresent()) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FOREIGN,
                    "cannot restore into database " + Sql.identifier(name) + ": there is one of this name",
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

    private void comment(String name, String comment) {
        try (Session session = database.maintenance()) {
            session.execute("COMMENT ON DATABASE " + Sql.identifier(name) + " IS "
                    + (comment == null ? "NULL" : Sql.literal(comment)));
        }
    }

    /** In one transaction: after a failure the tables are as empty as before. */
    private void fill(DatabaseDump dump, String name, Progress progress) {
        if (databases.named(name).isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore the data into database " + Sql.identifier(name) + ": there is no such database",
                    "restore it without --data-only, or with --schema-only first");
        }
        requireEmpty(dump.tables(), name);
        new LoadSession(database, tools, TargetName.of(name, database.settings())).fill(dump, progress);
    }

    private void requireEmpty(List<String> tables, String name) {
        try (Session session = database.open(name)) {
            for (String table : tables) {
                if (session.number("SELECT (pg_catalog.to_regclass(" + Sql.literal(table) + ") IS NULL)::int") == 1) {
                    throw new UnderstudyException(
                            ErrorCode.USAGE,
                            "cannot restore the data of " + table + ": database " + Sql.identifier(name)
                                    + " lacks the table",
                            "restore the schema first: restore --schema-only");
                }
                if (session.number("SELECT count(*) FROM (SELECT FROM " + table + " LIMIT 1) AS found") > 0) {
                    throw new UnderstudyException(
                            ErrorCode.USAGE,
                            "cannot restore the data of " + table + ": the table in database " + Sql.identifier(name)
                                    + " is not empty",
                            "empty it first, or restore into another database: a restore never writes over rows");
                }
            }
        }
    }
}

package io.understudy.dump;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.config.NearestName;
import io.understudy.config.Settings;
import io.understudy.config.Settings.Ownership;
import io.understudy.dump.DumpRequest.Parts;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Databases;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.process.SystemCommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Restores a snapshot's database, or a part of it, into a database of its own next to the site's: loaded under another
 * name, which it gives up when all of it is there. So under the name that was asked for there is nothing or all. A
 * failed restore drops what it made. With what a killed or stopped one left the same command goes on; a restore of
 * something else to the same name drops it.
 */
public final class DatabaseRestore {
    private static final String SUPERUSERS = "SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = ? AND rolsuper";

    private final Database database;
    private final Databases databases;
    private final PgTools tools;
    private final boolean single;
    private final ErasedKeys erased;
    private final DraftNotes notes;

    public DatabaseRestore(Settings settings) {
        this(
                new Database(settings.database()),
                new PgTools(settings.database(), new SystemCommandRunner(StateEntry.COMMANDS.in(settings.state()))),
                Ticker.system());
    }

    /** With the parts that a server has. After a crash it starts over. */
    public DatabaseRestore(Database database, PgTools tools, Ticker ticker) {
        this(database, new Databases(database, ticker), tools, ErasedKeys.none(), DraftNotes.none());
    }

    private DatabaseRestore(
            Database database, Databases databases, PgTools tools, ErasedKeys erased, DraftNotes notes) {
        this.database = database;
        this.databases = databases;
        this.tools = tools;
        this.single = database.settings().ownership() == Ownership.SINGLE;
        this.erased = erased;
        this.notes = notes;
    }

    /** The same that goes on after a crash. @param state folder of this server's state */
    public DatabaseRestore resuming(Path state) {
        return new DatabaseRestore(
                database, databases, tools, erased, DraftNotes.in(StateEntry.DATABASE_RESTORES.in(state)));
    }

    /** The same without rows that were erased since, and what refers to them. */
    public DatabaseRestore leavingOut(ErasedKeys keys) {
        return new DatabaseRestore(database, databases, tools, keys, notes);
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
     * The snapshot of an earlier restore of the same to this name, which did not come to its end, where a part of it is
     * kept.
     *
     * @param wanted its snapshot does not matter
     */
    Optional<SnapshotId> begun(String name, Asked wanted) {
        return notes.of(name)
                .filter(note -> note.asked().isSame(wanted))
                .filter(note -> made(TargetName.of(name, database.settings())).isBegun(note))
                .map(note -> note.asked().snapshot());
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
        SnapshotId id = snapshot.manifest().snapshot();
        String site = snapshot.manifest().site();
        Asked asked = new Asked(site, id, id.toString(), Optional.empty(), request, false, owner);
        return restore(snapshot, asked, name, Earlier.OF_ONE_SNAPSHOT, progress).orElseThrow();
    }

    /** As the other. @return empty where nothing is kept, and {@code earlier} wants no new one */
    Optional<Restored> restore(Opened snapshot, Asked asked, String name, Earlier earlier, Progress progress) {
        TargetName target = TargetName.of(name, database.settings());
        DumpRequest request = asked.request();
        Optional<String> owner = asked.owner();
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
                DatabaseProperties properties = snapshot.manifest().database().properties();
                if (kept && request.isOfAll()) {
                    requireRoles(properties);
                }
                String holder = owner.orElse(
                        kept ? properties.owner() : database.settings().user());
                NewDatabase.Plan plan = new NewDatabase.Plan(asked, properties, holder, kept);
                if (!made(target).make(plan, dump, earlier, progress)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new Restored(snapshot.manifest().snapshot(), name, dump.leftOut(), dump.erased()));
    }

    private NewDatabase made(TargetName target) {
        return new NewDatabase(database, databases, tools, notes, target);
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
                List<String> roles = session.query(
                        "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_'", row -> row.text("rolname"));
                throw new UnderstudyException(
                        ErrorCode.MISSING_ROLE,
                        "cannot give the database to role " + Sql.identifier(role)
                                + ": this server has none of that name",
                        NearestName.of(role, roles)
                                        .map(near -> "did you mean " + near + "? Else ")
                                        .orElse("")
                                + "create it, or name another one with --owner");
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

    /** In one transaction: after a failure the tables are as empty as before. */
    private void fill(DatabaseDump dump, String name, Progress progress) {
        Collection<String> names = databases.all().values();
        if (!names.contains(name)) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore the data into database " + Sql.identifier(name) + ": there is no such database",
                    NearestName.of(name, names)
                                    .map(near -> "did you mean " + near + "? Else ")
                                    .orElse("")
                            + "restore it without --data-only, or with --schema-only first");
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

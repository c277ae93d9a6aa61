package io.understudy.replica.drill;

import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.config.RowChanges;
import io.understudy.config.Settings.Ownership;
import io.understudy.dump.DatabaseRestore;
import io.understudy.dump.DumpRequest;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.DiskSpace.Need;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseNames;
import io.understudy.postgres.DatabaseStatements;
import io.understudy.postgres.Databases;
import io.understudy.postgres.ServerFolder;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.progress.Progress;
import io.understudy.replica.load.OwnRowsElsewhere;
import io.understudy.replica.state.Ahead;
import io.understudy.replica.state.ReplicaRecord;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseProperties.Setting;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.Manifest;
import io.understudy.tasks.TaskScope;
import io.understudy.time.Ticker;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database of a drill: a copy that the server makes of the one that is loaded ahead, which no site uses; else one
 * that is loaded from the mirror. The live database has sessions, so it is no template for anything.
 *
 * <p>Rounds wait while the server copies. So that is given up after {@value #COPYING_SECONDS} seconds, and the database
 * is loaded instead, which nothing waits for.
 */
final class DatabaseCopy {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseCopy.class);
    private static final int COPYING_SECONDS = 30;
    /** As an import takes: a copy has no bloat, but what is written ahead of it needs room. */
    private static final double FACTOR = 1.1;

    private static final int WITH_STRATEGY = 150_000;
    private static final int WITH_CLONES = 180_000;

    private final Database database;
    private final Databases databases;
    private final DatabaseRestore restore;
    private final Optional<SpareAccess> spare;
    private final Supplier<ReplicaRecord> record;
    private final RowChanges changes;
    private final Function<Manifest, ErasedKeys> erased;
    private final Ticker ticker;
    private final DatabaseNames names;
    private final CopyWork work;

    /**
     * @param spare empty where the database is always loaded
     * @param record of this standby, as it is then
     * @param changes what it has otherwise
     * @param erased the rows of a snapshot that were erased since, which a promotion would not serve either
     */
    DatabaseCopy(
            Database database,
            DatabaseRestore restore,
            Optional<SpareAccess> spare,
            Supplier<ReplicaRecord> record,
            RowChanges changes,
            Function<Manifest, ErasedKeys> erased,
            Ticker ticker) {
        this.erased = erased;
        this.database = database;
        this.databases = new Databases(database, ticker);
        this.restore = restore;
        this.spare = spare;
        this.record = record;
        this.changes = changes;
        this.ticker = ticker;
        this.names = DatabaseNames.of(database.settings().name());
        this.work = new CopyWork(database, names.drill());
    }

    /** @throws UnderstudyException {@code DATABASE_FOREIGN}: no note says that it is a drill's */
    void requireFree() {
        if (databases.named(names.drill()).isPresent()) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FOREIGN,
                    "cannot rehearse: there is a database " + Sql.identifier(names.drill())
                            + ", and no drill is known to have made it",
                    "rename it; drop it, if it is of a drill whose state folder was lost");
        }
    }

    /** Empty where the server runs elsewhere: how much room it has is not known. */
    Optional<Need> need(Manifest manifest) {
        try (Session session = database.maintenance()) {
            return ServerFolder.of(database.settings(), session)
                    .filter(Files::isDirectory)
                    .map(folder -> new Need(
                            folder, (long) (FACTOR * manifest.database().diskBytes())));
        }
    }

    /** @return how */
    String copy(Newest newest, Opened snapshot) {
        Optional<String> copied = newest.ahead().flatMap(ahead -> ofSpare(ahead, snapshot.manifest()));
        return copied.orElseGet(() -> load(snapshot));
    }

    private Optional<String> ofSpare(Ahead ahead, Manifest manifest) {
        if (spare.isEmpty()) {
            return Optional.empty();
        }
        try {
            return spare.get().during(() -> copied(ahead, manifest.database().properties()));
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            LOG.info("the database that is loaded ahead is not copied, it is loaded instead: {}", e.getMessage());
            drop();
            return Optional.empty();
        }
    }

    /** Empty where a round has put another snapshot there since. */
    private Optional<String> copied(Ahead ahead, DatabaseProperties properties) {
        boolean there = record.get().ahead().equals(Optional.of(ahead))
                && databases.named(names.spare()).equals(Optional.of(ahead.database()));
        if (!there) {
            return Optional.empty();
        }
        String how = createFromSpare();
        properties(properties);
        return Optional.of(how);
    }

    private String createFromSpare() {
        // An interrupt is to end the server's work: the driver waits for it and notices none.
        try (TaskScope scope = new TaskScope("copy the database that is loaded ahead")) {
            return scope.call(() -> {
                try (Session session = scope.open(database::maintenance)) {
                    session.execute("SET statement_timeout = " + COPYING_SECONDS * 1000);
                    work.begin(session);
                    String owner = session.first(
                                    "SELECT pg_catalog.pg_get_userbyid(datdba) AS owner FROM pg_catalog.pg_database"
                                            + " WHERE datname = ?",
                                    row -> row.text("owner"),
                                    names.spare())
                            .orElseThrow();
                    int version = session.serverVersion();
                    String sql = "CREATE DATABASE " + Sql.identifier(names.drill()) + " TEMPLATE "
                            + Sql.identifier(names.spare()) + " OWNER " + Sql.identifier(owner)
                            + (version >= WITH_STRATEGY ? " STRATEGY FILE_COPY" : "");
                    if (version >= WITH_CLONES && cloned(session, sql)) {
                        return "clone";
                    }
                    session.execute(sql);
                    return "template";
                }
            });
        }
    }

    /** Not each file system can do that, and not each build of the server. */
    private boolean cloned(Session session, String sql) {
        long begun = ticker.nanos();
        try {
            session.execute("SET file_copy_method = clone");
            session.execute(sql);
            return true;
        } catch (UnderstudyException e) {
            if (ticker.since(begun).toSeconds() >= COPYING_SECONDS) {
                throw e;
            }
            LOG.debug("the database is not cloned: {}", e.getMessage());
            session.execute("RESET file_copy_method");
            return false;
        }
    }

    /** A template gives what is in the database, not what is said about it. */
    private void properties(DatabaseProperties properties) {
        DatabaseStatements statements = new DatabaseStatements(names.drill(), properties);
        try (Session session = database.maintenance()) {
            List<String> roles = session.query("SELECT rolname FROM pg_catalog.pg_roles", row -> row.text("rolname"));
            for (Setting setting : properties.settings()) {
                if (setting.role() == null || roles.contains(setting.role())) {
                    session.execute(statements.setting(setting));
                }
            }
            if (database.settings().ownership() == Ownership.PRESERVE) {
                session.execute("BEGIN");
                statements.grants().forEach(session::execute);
                session.execute("COMMIT");
            }
        }
    }

    private String load(Opened snapshot) {
        // Functions of the site run while rows are stored, with the rights of its owner and not of a superuser.
        Optional<String> owner = restore.runsAsSuperuser(Optional.empty())
                        && database.settings().ownership() == Ownership.PRESERVE
                ? Optional.of(snapshot.manifest().database().properties().owner())
                : Optional.empty();
        restore.leavingOut(erased.apply(snapshot.manifest()))
                .restore(snapshot, DumpRequest.ALL, names.drill(), owner, Progress.none());
        OwnRowsElsewhere.change(database, names.drill(), changes, ticker);
        return "load";
    }

    /** Its sessions end, and what makes it. What a killed load left under another name goes, too. */
    void drop() {
        work.end();
        databases.named(DatabaseNames.of(names.drill()).passing("restore")).ifPresent(databases::drop);
        databases.named(names.drill()).ifPresent(databases::drop);
    }
}

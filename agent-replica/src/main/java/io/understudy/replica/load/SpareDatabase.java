package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.postgres.Databases;
import io.understudy.postgres.Session;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database that a load fills, known across crashes by {@link SpareRecord}. Only a database that this record names,
 * and only while it carries the spare's name or the one it was created under, is ever dropped.
 */
final class SpareDatabase {
    private static final Logger LOG = LoggerFactory.getLogger(SpareDatabase.class);
    private static final String STARTED = "SELECT pg_catalog.pg_postmaster_start_time()::text AS started";
    /** A server that crashes empties these, so a spare that has some must be loaded again after a restart. */
    private static final String UNLOGGED =
            "SELECT count(*) FROM pg_catalog.pg_class WHERE relpersistence = 'u' AND relkind = 'r'";

    private final Database database;
    private final Databases databases;
    private final DatabaseNames names;
    private final StateFile<SpareRecord> file;
    private final LoadedDatabases loaded;
    private final Supplier<String> nonce;

    /** @param nonce a new random word each time, {@code [0-9a-f]+} */
    SpareDatabase(Database database, Ticker ticker, Path state, Supplier<String> nonce) {
        this.database = database;
        this.databases = new Databases(database, ticker);
        this.names = DatabaseNames.of(database.settings().name());
        this.file = StateFile.in(state, StateEntry.SPARE, SpareRecord.class);
        this.loaded = new LoadedDatabases(state);
        this.nonce = nonce;
    }

    String name() {
        return names.spare();
    }

    /** The spare, when it holds this snapshot as a whole and has kept it since. */
    Optional<DatabaseIdentity> holding(SnapshotId snapshot) {
        Optional<SpareRecord> spare = record().filter(found -> found.holds(snapshot));
        return spare.map(SpareRecord::identity)
                .filter(identity ->
                        databases.named(names.spare()).filter(identity::equals).isPresent())
                .filter(identity -> hasKeptAll(spare.get()));
    }

    /** Whether the server emptied no table of it since it was loaded. */
    boolean hasKeptAll(SpareRecord record) {
        return record.volatileSince()
                .filter(since -> !since.equals(serverStart()))
                .isEmpty();
    }

    /**
     * Creates it under the spare's name.
     *
     * @param statement makes the statement that creates a database of the name it is given
     * @throws UnderstudyException {@code DATABASE_FOREIGN} when another database has the spare's name
     */
    DatabaseIdentity create(UnaryOperator<String> statement) {
        requireNameFree();
        String first = names.passing(nonce.get());
        SpareRecord record = SpareRecord.creating(cluster(), first);
        file.write(record);
        ReplicaPoint.SPARE_INTENDED.reached();
        try (Session session = database.maintenance()) {
            session.execute(statement.apply(first));
        }
        ReplicaPoint.SPARE_CREATED.reached();
        DatabaseIdentity created = databases.named(first).orElseThrow();
        file.write(record.created(created.oid()));
        databases.rename(Map.of(created, names.spare()), names.passing("moving"));
        ReplicaPoint.SPARE_NAMED.reached();
        return created;
    }

    boolean isNamed(DatabaseIdentity identity) {
        return databases.named(names.spare()).filter(identity::equals).isPresent();
    }

    /** The spare's name, when a database carries it that is not in the record. */
    Optional<String> stranger() {
        Optional<DatabaseIdentity> own = record().flatMap(this::find);
        return databases
                .named(names.spare())
                .filter(carrier -> !own.equals(Optional.of(carrier)))
                .map(carrier -> names.spare());
    }

    void requireNameFree() {
        databases.named(names.spare()).ifPresent(stranger -> {
            throw Databases.foreign(names.spare());
        });
    }

    private long cluster() {
        try (Session session = database.maintenance()) {
            return session.number("SELECT system_identifier FROM pg_catalog.pg_control_system()");
        }
    }

    /**
     * Writes down that it holds the whole snapshot.
     *
     * @param mark makes the mark of the database, in a session of it
     */
    DatabaseIdentity loaded(SnapshotId snapshot, Function<Session, LoadMark> mark) {
        SpareRecord record = record().orElseThrow();
        Optional<String> volatileSince = Optional.empty();
        try (Session session = database.open(names.spare())) {
            volatileSince = volatileSince(session);
            loaded.put(
                    new LoadedDatabase(record.cluster(), record.oid(), snapshot, mark.apply(session)),
                    databases.all().keySet());
        } catch (UnderstudyException e) {
            if (!DatabaseErrors.refuses(e)) {
                throw e;
            }
            LOG.warn("no import will begin with the database of {}: {}", snapshot, e.getMessage());
            loaded.remove(record.identity());
        }
        file.write(record.loaded(snapshot, volatileSince));
        ReplicaPoint.SPARE_LOADED.reached();
        return record.identity();
    }

    /** When the server was started, where a crash of it would empty tables of the database of this name. */
    Optional<String> volatileSince(String name) {
        try (Session session = database.open(name)) {
            return volatileSince(session);
        }
    }

    private static Optional<String> volatileSince(Session session) {
        return session.number(UNLOGGED) > 0 ? session.first(STARTED, row -> row.text("started")) : Optional.empty();
    }

    /** How the database of this name was when its load ended; empty where that is not known. */
    Optional<LoadMark> markOf(String name) {
        return databases.named(name).flatMap(loaded::of).map(LoadedDatabase::mark);
    }

    /** The name of a database now. */
    Optional<String> name(DatabaseIdentity database) {
        return databases.name(database);
    }

    /** Writes down what is about to be done to it. */
    void note(SpareRecord record) {
        file.write(record);
    }

    private String serverStart() {
        try (Session session = database.maintenance()) {
            return session.first(STARTED, row -> row.text("started")).orElseThrow();
        }
    }

    /**
     * Drops the spare that the record names, however far it came; one that can't be dropped gives up its name and is
     * dropped later. One that has become live or previous is left alone. Idempotent.
     */
    void drop() {
        Optional<SpareRecord> record = record();
        record.flatMap(this::find).ifPresent(spare -> {
            LOG.info("dropping the spare database that an earlier load left");
            try {
                databases.drop(spare);
            } catch (UnderstudyException e) {
                retire(spare, e);
            }
        });
        if (record.isPresent()) {
            file.delete();
        }
    }

    /** What the next load needs is the name. */
    private void retire(DatabaseIdentity spare, UnderstudyException why) {
        String name = names.retired(spare.oid(), databases.all().values());
        try {
            databases.rename(Map.of(spare, name), names.passing("moving"));
        } catch (UnderstudyException e) {
            why.addSuppressed(e);
            throw why;
        }
        LOG.warn("{}; it is named {} now and is dropped later ({})", why.getMessage(), name, why.hint());
    }

    /**
     * A damaged record can't say which database is Understudy's to drop. Where none carries the spare's name it is as
     * if there was no record; where one does, an operator must look at it.
     */
    Optional<SpareRecord> record() {
        try {
            return file.read();
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.STATE_DAMAGED
                    || databases.named(names.spare()).isPresent()) {
                throw e;
            }
            LOG.warn(
                    "{}; no database is named {}, so the next load starts over; drop by hand what an earlier one left under a name like {}",
                    e.getMessage(),
                    names.spare(),
                    names.passing("8f3a12bc"));
            return Optional.empty();
        }
    }

    /** The database that it names, where that is there and is the spare. */
    Optional<DatabaseIdentity> find(SpareRecord record) {
        Map<DatabaseIdentity, String> all = databases.all();
        return all.keySet().stream()
                .filter(each -> record.isOf(each, Objects.requireNonNull(all.get(each)), names.spare()))
                .findFirst();
    }
}

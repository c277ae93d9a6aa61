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
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database that a load fills, known across crashes by {@link SpareRecord}. Only a database that this record names,
 * and only while it carries the spare's name or the one it was created under, is ever dropped. More than 300 lines, for
 * what happens to the database and what is written down of it stand side by side.
 */
final class SpareDatabase {
    private static final Logger LOG = LoggerFactory.getLogger(SpareDatabase.class);
    /** A server that ends each session of a change would end the next ones too. */
    private static final int MOST_FAILURES = 3;

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
                .filter(identity -> spare.get()
                        .volatileSince()
                        .filter(since -> !since.equals(serverStart()))
                        .isEmpty());
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

    private void requireNameFree() {
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
            if (session.number(UNLOGGED) > 0) {
                volatileSince = session.first(STARTED, row -> row.text("started"));
            }
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

    /**
     * The database that a load can begin with, and what it held as a whole: the spare, or a retired one that is the
     * newest.
     */
    Optional<LoadedDatabase> base() {
        Optional<SpareRecord> record = record().filter(each -> find(each).isPresent());
        Optional<LoadedDatabase> spare = record.flatMap(each -> each.change()
                .map(SpareRecord.Change::from)
                .or(() -> each.stage() == SpareRecord.Stage.LOADED ? loaded.of(each.identity()) : Optional.empty()));
        Map<DatabaseIdentity, String> all = databases.all();
        return spare.or(() -> loaded.all().stream()
                .filter(each -> Optional.ofNullable(all.get(each.identity()))
                        .filter(name -> names.isRetired(name, each.oid()))
                        .isPresent())
                .max(Comparator.comparing(LoadedDatabase::snapshot)));
    }

    /** Whether the database is the spare, and no load into it is under way. */
    boolean isWhole(LoadedDatabase base) {
        return record().filter(each -> each.stage() == SpareRecord.Stage.LOADED)
                .filter(each -> each.identity().equals(base.identity()))
                .isPresent();
    }

    /** The snapshot that the spare was half changed into, some of it committed; empty where it was not. */
    Optional<SnapshotId> halfChangedInto() {
        return record().flatMap(SpareRecord::change)
                .filter(change -> !change.transactions().isEmpty())
                .map(SpareRecord.Change::into);
    }

    /** How the database of this name was when its load ended; empty where that is not known. */
    Optional<LoadMark> markOf(String name) {
        return databases.named(name).flatMap(loaded::of).map(LoadedDatabase::mark);
    }

    /** The name of a database now. */
    Optional<String> name(DatabaseIdentity database) {
        return databases.name(database);
    }

    /**
     * Makes the base the spare, to be changed into another snapshot. What was changed of it already towards that, as
     * far as the server committed it, is found in the answer.
     *
     * @param changing runs before anything is changed
     * @throws FullLoadRequired when it was changed towards another snapshot, or several attempts failed
     * @throws UnderstudyException {@code DATABASE_FOREIGN} when another database has the spare's name
     */
    SpareRecord.Change adopt(LoadedDatabase base, SnapshotId into, Runnable changing) {
        Optional<SpareRecord> record = record().filter(each -> find(each).isPresent());
        Optional<SpareRecord.Change> begun = record.flatMap(SpareRecord::change);
        SpareRecord.Change change = begun.map(before -> resumed(before, into))
                .orElseGet(() -> new SpareRecord.Change(base, into, Map.of(), false, 0));
        String name = databases.name(base.identity()).orElseThrow();
        changing.run();
        if (!name.equals(names.spare())) {
            if (record.isPresent() && begun.isEmpty()) {
                drop();
            }
            requireNameFree();
        }
        file.write(SpareRecord.changing(name, change));
        loaded.remove(base.identity());
        ReplicaPoint.BASE_INTENDED.reached();
        databases.rename(Map.of(base.identity(), names.spare()), names.passing("moving"));
        ReplicaPoint.BASE_NAMED.reached();
        return change;
    }

    private SpareRecord.Change resumed(SpareRecord.Change before, SnapshotId into) {
        if (before.failures() >= MOST_FAILURES) {
            throw new FullLoadRequired(before.failures() + " attempts to bring the database up by differences failed");
        }
        Map<String, Long> committed = committed(before.transactions());
        if (!committed.isEmpty() && !before.into().equals(into)) {
            throw new FullLoadRequired("the database was half changed into " + before.into());
        }
        return new SpareRecord.Change(before.from(), into, committed, before.beyond(), before.failures());
    }

    /** Those of the transactions that the server committed. */
    private Map<String, Long> committed(Map<String, Long> transactions) {
        Map<String, Long> found = new TreeMap<>();
        try (Session session = database.maintenance()) {
            transactions.forEach((part, transaction) -> {
                String status = session.first(
                                "SELECT pg_catalog.txid_status(?) AS status", row -> row.text("status"), transaction)
                        .orElse("forgotten");
                switch (status) {
                    case "committed" -> found.put(part, transaction);
                    case "aborted" -> LOG.debug("transaction {} of an earlier import was not committed", transaction);
                    case "in progress" ->
                        throw new UnderstudyException(
                                ErrorCode.DATABASE_BUSY,
                                "cannot change database " + names.spare()
                                        + ": a session of an earlier import has not ended yet",
                                "it is tried again");
                    default ->
                        throw new FullLoadRequired(
                                "the server does not know any more whether an earlier import was committed");
                }
            });
        }
        return found;
    }

    /** Drops what a load could have begun with: what is loaded in full needs its room. */
    void dropBase() {
        drop();
        base().map(LoadedDatabase::identity).ifPresent(base -> {
            try {
                databases.drop(base);
                loaded.remove(base);
            } catch (UnderstudyException e) {
                LOG.warn("{}; it is dropped later ({})", e.getMessage(), e.hint());
            }
        });
    }

    /** Writes down the number of a transaction that is about to be committed. */
    void committing(String part, long transaction) {
        change(before -> before.with(part, transaction));
        ReplicaPoint.COMMIT_NOTED.reached();
    }

    /** Writes down that something is changed outside of these transactions, unless one of them is committed anyway. */
    void changingBeyond() {
        if (record().flatMap(SpareRecord::change)
                .filter(change -> !change.beyond() && change.transactions().isEmpty())
                .isPresent()) {
            change(SpareRecord.Change::withMoreBeyond);
        }
    }

    /** An attempt to change it failed. */
    void failed() {
        if (record().flatMap(SpareRecord::change).isPresent()) {
            change(SpareRecord.Change::failed);
        }
    }

    private void change(UnaryOperator<SpareRecord.Change> change) {
        SpareRecord record = record().orElseThrow();
        file.write(
                SpareRecord.changing(record.name(), change.apply(record.change().orElseThrow())));
    }

    /**
     * Of a change that ended before anything of it was committed: it holds the snapshot that it was changed from, as a
     * whole, and that is written down.
     *
     * @return whether it is so, and it holds this snapshot
     */
    boolean takeBack(SnapshotId snapshot) {
        Optional<SpareRecord.Change> change = record().flatMap(SpareRecord::change)
                .filter(each -> each.from().snapshot().equals(snapshot) && !each.beyond())
                .filter(each -> isNamed(each.from().identity()));
        if (change.isEmpty() || !committed(change.get().transactions()).isEmpty()) {
            return false;
        }
        loaded(snapshot, session -> change.get().from().mark());
        return true;
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
    private Optional<SpareRecord> record() {
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

    private Optional<DatabaseIdentity> find(SpareRecord record) {
        Map<DatabaseIdentity, String> all = databases.all();
        return all.keySet().stream()
                .filter(each -> record.isOf(each, Objects.requireNonNull(all.get(each)), names.spare()))
                .findFirst();
    }
}

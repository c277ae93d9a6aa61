package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.DatabaseNames;
import io.understudy.postgres.Databases;
import io.understudy.postgres.Session;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.repository.SnapshotId;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database that a load by differences begins with: the spare itself, or one that was retired and becomes the spare.
 * How far its change is, is written down before the server is asked to commit it.
 */
final class SpareBase {
    private static final Logger LOG = LoggerFactory.getLogger(SpareBase.class);
    /** What ended each session of a change, or the process, would end the next ones too. */
    private static final int MOST_ATTEMPTS = 5;

    private final Database database;
    private final Databases databases;
    private final DatabaseNames names;
    private final SpareDatabase spare;
    private final LoadedDatabases loaded;

    SpareBase(Database database, SpareDatabase spare, Ticker ticker, Path state) {
        this.database = database;
        this.databases = new Databases(database, ticker);
        this.names = DatabaseNames.of(database.settings().name());
        this.spare = spare;
        this.loaded = new LoadedDatabases(state);
    }

    /**
     * The database that a load can begin with, and what it held as a whole: the spare, or a retired one that is the
     * newest.
     */
    Optional<LoadedDatabase> find() {
        Optional<SpareRecord> record =
                spare.record().filter(each -> spare.find(each).isPresent());
        Optional<LoadedDatabase> begun = record.flatMap(each -> each.change()
                .map(SpareRecord.Change::from)
                .or(() -> each.stage() == SpareRecord.Stage.LOADED ? loaded.of(each.identity()) : Optional.empty()));
        Map<DatabaseIdentity, String> all = databases.all();
        return begun.or(() -> loaded.all().stream()
                .filter(each -> Optional.ofNullable(all.get(each.identity()))
                        .filter(name -> names.isRetired(name, each.oid()))
                        .isPresent())
                .max(Comparator.comparing(LoadedDatabase::snapshot)));
    }

    /** Whether the database is the spare, no load into it is under way, and the server emptied none of its tables. */
    boolean isWhole(LoadedDatabase base) {
        return spare.record()
                .filter(each -> each.stage() == SpareRecord.Stage.LOADED)
                .filter(each -> each.identity().equals(base.identity()))
                .filter(spare::hasKeptAll)
                .isPresent();
    }

    /** The snapshot that the spare was half changed into, some of it committed; empty where it was not. */
    Optional<SnapshotId> halfChangedInto() {
        return spare.record()
                .flatMap(SpareRecord::change)
                .filter(change -> !change.transactions().isEmpty())
                .map(SpareRecord.Change::into);
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
        Optional<SpareRecord> record =
                spare.record().filter(each -> spare.find(each).isPresent());
        Optional<SpareRecord.Change> begun = record.flatMap(SpareRecord::change);
        SpareRecord.Change change = begun.map(before ->
                        resumed(before, into, record.filter(spare::hasKeptAll).isPresent()))
                .orElseGet(() -> new SpareRecord.Change(base, into, Map.of(), false, 1));
        String name = databases.name(base.identity()).orElseThrow();
        changing.run();
        if (!name.equals(names.spare())) {
            if (record.isPresent() && begun.isEmpty()) {
                spare.drop();
            }
            spare.requireNameFree();
        }
        Optional<String> volatileSince = record.filter(each -> each.identity().equals(base.identity()))
                .map(SpareRecord::volatileSince)
                .orElseGet(() -> spare.volatileSince(name));
        spare.note(SpareRecord.changing(name, volatileSince, change));
        loaded.remove(base.identity());
        ReplicaPoint.BASE_INTENDED.reached();
        databases.rename(Map.of(base.identity(), names.spare()), names.passing("moving"));
        ReplicaPoint.BASE_NAMED.reached();
        return change;
    }

    /** @param kept whether the server emptied no table since: what was committed is not looked at again */
    private SpareRecord.Change resumed(SpareRecord.Change before, SnapshotId into, boolean kept) {
        if (before.attempts() >= MOST_ATTEMPTS) {
            throw new FullLoadRequired(before.attempts() + " attempts to bring the database up by differences failed");
        }
        Map<String, Long> committed = committed(before.transactions());
        if (!committed.isEmpty() && !before.into().equals(into)) {
            throw new FullLoadRequired("the database was half changed into " + before.into());
        }
        if (!committed.isEmpty() && !kept) {
            throw new FullLoadRequired("PostgreSQL was restarted, and may have emptied unlogged tables");
        }
        return new SpareRecord.Change(
                before.from(), into, committed, before.beyond(), before.attempts() + 1, before.own());
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

    /** As {@link SpareLoader#ownTables}. */
    Set<String> ownTables(DatabaseIdentity database) {
        return loaded.of(database).map(each -> each.mark().own()).orElse(Set.of());
    }

    /** Drops what a load could have begun with: what is loaded in full needs its room. */
    void drop() {
        spare.drop();
        find().map(LoadedDatabase::identity).ifPresent(base -> {
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

    /** The same of the one in which this standby's own rules change rows, where the load is by differences. */
    void committingOwn(long transaction, Set<String> tables) {
        change(before -> before.withOwn(tables).with(OwnRows.PART, transaction));
        ReplicaPoint.OWN_ROWS_NOTED.reached();
    }

    /** Writes down that something is changed outside of these transactions, unless one of them is committed anyway. */
    void changingBeyond() {
        if (spare.record()
                .flatMap(SpareRecord::change)
                .filter(change -> !change.beyond() && change.transactions().isEmpty())
                .isPresent()) {
            change(SpareRecord.Change::withMoreBeyond);
        }
    }

    /** An attempt to change it was given up: it has not failed. */
    void givenUp() {
        if (spare.record().flatMap(SpareRecord::change).isPresent()) {
            change(SpareRecord.Change::givenUp);
        }
    }

    private void change(UnaryOperator<SpareRecord.Change> change) {
        SpareRecord record = spare.record().orElseThrow();
        spare.note(record.with(change.apply(record.change().orElseThrow())));
    }

    /**
     * Of a change that ended before anything of it was committed: it holds the snapshot that it was changed from, as a
     * whole, and that is written down.
     *
     * @return whether it is so, and it holds this snapshot
     */
    boolean takeBack(SnapshotId snapshot) {
        Optional<SpareRecord.Change> change = spare.record()
                .filter(spare::hasKeptAll)
                .flatMap(SpareRecord::change)
                .filter(each -> each.from().snapshot().equals(snapshot) && !each.beyond())
                .filter(each -> spare.isNamed(each.from().identity()));
        if (change.isEmpty() || !committed(change.get().transactions()).isEmpty()) {
            return false;
        }
        // The next load does not look for them in a database that was never live.
        LoadRights.dropLeftoversIn(database.asReplica(), spare.name());
        spare.loaded(snapshot, session -> change.get().from().mark());
        return true;
    }
}

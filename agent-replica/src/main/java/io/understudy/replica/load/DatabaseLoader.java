package io.understudy.replica.load;

import io.understudy.config.RowChanges;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.DiskSpace;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.UserRisks;
import io.understudy.process.CommandRunner;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a snapshot by differences where a database of an older one is there, and else with PostgreSQL's own tools and
 * parallel COPY, in the order that leaves nothing to fire, check or maintain while rows go in: schema, rows, what else
 * the archive holds of data, then indexes, keys, triggers and views, then statistics.
 *
 * <p>More than 300 lines, for which of the two it is, and when neither, is judged best in one place.
 */
public final class DatabaseLoader implements SpareLoader {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseLoader.class);

    /** What the content or the database refused, when all of it may still be loaded. */
    private static final Set<ErrorCode> MAY_DO_IN_FULL = EnumSet.of(
            ErrorCode.LOAD_FAILED,
            ErrorCode.LOAD_MISMATCH,
            ErrorCode.DATABASE_FAILED,
            ErrorCode.MISSING_PRIVILEGE,
            ErrorCode.DISK_FULL,
            ErrorCode.BLOB_MISSING,
            ErrorCode.BLOB_DAMAGED);

    private final Database database;
    private final SpareDatabase spare;
    private final SpareBase base;
    private final FullLoader full;
    private final IncrementalLoader incremental;
    private final Preflight preflight;
    private final OwnRows own;

    /** @param state the agents' state folder */
    public DatabaseLoader(DatabaseSettings settings, Path state, CommandRunner runner, Ticker ticker) {
        this(new Database(settings), state, runner, ticker);
    }

    /** @param state the agents' state folder */
    public DatabaseLoader(Database database, Path state, CommandRunner runner, Ticker ticker) {
        this(database, RowChanges.NONE, state, runner, ticker);
    }

    /**
     * @param changes what this standby has otherwise
     * @param state the agents' state folder
     */
    public DatabaseLoader(Database database, RowChanges changes, Path state, CommandRunner runner, Ticker ticker) {
        this(database, changes, state, runner, ticker, DiskSpace.ofThisMachine());
    }

    DatabaseLoader(
            Database database, RowChanges changes, Path state, CommandRunner runner, Ticker ticker, DiskSpace disk) {
        this.database = database;
        PgTools tools = new PgTools(LoadOptions.with(database.settings()), runner);
        this.spare = new SpareDatabase(database, ticker, state, DatabaseLoader::nonce);
        this.base = new SpareBase(database, spare, ticker, state);
        Restores restores = new Restores(database, tools, spare.name(), state);
        this.own = new OwnRows(database, spare.name(), changes, ticker);
        this.full = new FullLoader(database, spare, base, restores, own);
        this.incremental = new IncrementalLoader(
                database, spare, base, restores, new ComparedTables(state, Clock.systemUTC()), state, ticker);
        this.preflight = new Preflight(database, tools, spare, base, state, disk);
    }

    private static String nonce() {
        return UUID.randomUUID().toString().substring(0, 8);
    }

    @Override
    public void preflight(Manifest manifest) {
        keepingSessions(() -> {
            preflight.check(manifest);
            return null;
        });
    }

    /** Its questions share few sessions. */
    private <T> T keepingSessions(Supplier<T> work) {
        return database.keepingSessions(work);
    }

    @Override
    public List<String> risks(Manifest manifest) {
        try (Session session = database.maintenance()) {
            List<String> risks = new ArrayList<>(UserRisks.ofUser(session));
            if (database.settings().ownership() == Ownership.PRESERVE) {
                risks.addAll(UserRisks.ofOwners(
                        session, manifest.database().properties().roles()));
            }
            return risks;
        }
    }

    @Override
    public Optional<String> hindrance() {
        return incremental.hindrance().map(why -> "each import loads the whole database, whatever changed: " + why);
    }

    @Override
    public Optional<Base> base() {
        return keepingSessions(() -> base.find().map(found -> new Base(found.identity(), found.snapshot())));
    }

    @Override
    public boolean isBehind(SnapshotId live) {
        return own.isEmpty()
                && base().filter(found -> found.snapshot().compareTo(live) < 0).isPresent()
                && incremental.hindrance().isEmpty();
    }

    @Override
    public Optional<DatabaseIdentity> holding(SnapshotId snapshot) {
        return keepingSessions(() -> spare.holding(snapshot));
    }

    @Override
    public List<String> failing(List<String> queries, Duration limit) {
        return new SpareQueries(database, spare.name()).failing(queries, limit);
    }

    @Override
    public Set<String> ownTables(DatabaseIdentity live) {
        return base.ownTables(live);
    }

    @Override
    public LoadedSpare load(Manifest manifest, BlobSource blobs, LoadContext context, Progress progress) {
        return keepingSessions(() -> loaded(manifest, blobs, context, progress));
    }

    private LoadedSpare loaded(Manifest manifest, BlobSource blobs, LoadContext context, Progress progress) {
        Optional<DatabaseIdentity> whole = spare.holding(manifest.snapshot());
        // A load from the snapshot to itself does what loads ahead left to do, and takes back what was written into a
        // database that was live before an apply went back.
        boolean enough = whole.isPresent() && (context.ahead() || !isOwed());
        if (enough && context.wasNeverLive(whole.get())) {
            return asItIs(whole.get());
        }
        LoadReport report;
        try {
            finishHalfChanged(manifest.snapshot(), blobs, context, progress);
            IncrementalLoader.Loaded loaded = byDifferences(manifest, blobs, context, progress);
            return finished(manifest, loaded, context);
        } catch (OwnRowsFailed e) {
            throw e.cause();
        } catch (FullLoadRequired e) {
            if (enough && spare.holding(manifest.snapshot()).equals(whole)) {
                LOG.debug("whether {} was written into is not known: {}", manifest.snapshot(), e.report());
                return asItIs(whole.get());
            }
            report = e.report();
        } catch (UnderstudyException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            if (!MAY_DO_IN_FULL.contains(e.code()) || !context.mayTakeLong()) {
                throw e;
            }
            LOG.warn("{} cannot be loaded by differences: {}", manifest.snapshot(), e.getMessage());
            report = LoadReport.full(e.getMessage());
        }
        if (!context.mayTakeLong()) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot load " + manifest.snapshot() + " by differences: "
                            + report.full().orElse(""),
                    "agent-replica sync loads all of it, which takes longer");
        }
        return full.load(manifest, blobs, context, progress, report);
    }

    private static LoadedSpare asItIs(DatabaseIdentity whole) {
        return new LoadedSpare(whole, LoadReport.fullOnce("an earlier attempt had loaded it"));
    }

    private boolean isOwed() {
        return own.keeps() || base.find().filter(incremental::isOwed).isPresent();
    }

    /** What fails in this standby's own rules would fail after a load in full, too. */
    private static final class OwnRowsFailed extends RuntimeException {
        private static final long serialVersionUID = 1;

        OwnRowsFailed(RuntimeException cause) {
            super(cause);
        }

        RuntimeException cause() {
            return (RuntimeException) getCause();
        }
    }

    private LoadedSpare finished(Manifest manifest, IncrementalLoader.Loaded loaded, LoadContext context) {
        OwnRows.Done done = loaded.own().orElseGet(() -> changeOwnRows(manifest, context));
        return new LoadedSpare(
                spare.loaded(
                        manifest.snapshot(),
                        session -> loaded.mark().apply(session).withOwn(done.tables())),
                loaded.report().with(done.report()));
    }

    private OwnRows.Done changeOwnRows(Manifest manifest, LoadContext context) {
        try {
            return own.run(context.erased(manifest), base::committingOwn);
        } catch (RuntimeException e) {
            if (Thread.currentThread().isInterrupted()) {
                givenUp(e);
            }
            throw new OwnRowsFailed(e);
        }
    }

    private IncrementalLoader.Loaded byDifferences(
            Manifest manifest, BlobSource blobs, LoadContext context, Progress progress) {
        LoadedDatabase found = base.find()
                .orElseThrow(
                        () -> FullLoadRequired.once("this server has no database of an older snapshot to begin with"));
        Manifest before = context.held(found.snapshot())
                .orElseThrow(() -> new FullLoadRequired(
                        "the mirror does not hold " + found.snapshot() + ", which the database to begin with holds"));
        LOG.debug("bringing the database of {} up to {}", found.snapshot(), manifest.snapshot());
        try {
            IncrementalLoader.Loaded loaded = incremental.load(context, found, before, manifest, blobs, progress);
            full.definition(manifest).afterTheLoad();
            return loaded;
        } catch (FullLoadRequired e) {
            throw e;
        } catch (RuntimeException e) {
            if (Thread.currentThread().isInterrupted()) {
                givenUp(e);
            }
            throw e;
        }
    }

    private void givenUp(RuntimeException why) {
        try {
            base.givenUp();
        } catch (RuntimeException e) {
            why.addSuppressed(e);
        }
    }

    /**
     * A newer snapshot comes every few seconds, so the one that a crash or an interrupt left half made is seldom the
     * next one. It is finished first, where it is at hand: else all would have to be loaded.
     */
    private void finishHalfChanged(SnapshotId next, BlobSource blobs, LoadContext context, Progress progress) {
        Optional<Manifest> half =
                base.halfChangedInto().filter(into -> !into.equals(next)).flatMap(context::held);
        if (half.isEmpty()) {
            return;
        }
        try {
            finished(half.get(), byDifferences(half.get(), blobs, context, progress), context);
        } catch (FullLoadRequired e) {
            LOG.info("{} cannot be finished: {}", half.get().snapshot(), e.getMessage());
        }
    }

    @Override
    public List<TableDifference> compareLive(Manifest manifest, BlobSource blobs, Progress progress) {
        return keepingSessions(() -> new LiveComparison(database, spare).compare(manifest, blobs, progress));
    }

    @Override
    public void mergeIndexes() {
        keepingSessions(() -> {
            incremental.mergeIndexes();
            return null;
        });
    }

    @Override
    public boolean takeBack(SnapshotId snapshot) {
        return keepingSessions(() -> base.takeBack(snapshot));
    }

    @Override
    public void dropSpare() {
        keepingSessions(() -> {
            spare.drop();
            return null;
        });
    }
}

package io.understudy.replica.load;

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
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.load.ArchiveRestore.Section;
import io.understudy.replica.load.DigestCheck.Mismatch;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobSource;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a snapshot by differences where a database of an older one is there, and else with PostgreSQL's own tools and
 * parallel COPY, in the order that leaves nothing to fire, check or maintain while rows go in: schema, rows, what else
 * the archive holds of data, then indexes, keys, triggers and views, then statistics.
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
    private final Restores restores;
    private final IncrementalLoader incremental;
    private final Preflight preflight;

    /** @param state the agents' state folder */
    public DatabaseLoader(DatabaseSettings settings, Path state, CommandRunner runner, Ticker ticker) {
        this(settings, state, runner, ticker, DiskSpace.ofThisMachine());
    }

    DatabaseLoader(DatabaseSettings settings, Path state, CommandRunner runner, Ticker ticker, DiskSpace disk) {
        this.database = new Database(settings);
        PgTools tools = new PgTools(LoadOptions.with(settings), runner);
        this.spare = new SpareDatabase(database, ticker, state, DatabaseLoader::nonce);
        this.restores = new Restores(database, tools, spare.name(), state);
        this.incremental = new IncrementalLoader(
                database, spare, restores, new ComparedTables(state, Clock.systemUTC()), state, ticker);
        this.preflight = new Preflight(database, tools, spare, state, disk);
    }

    private static String nonce() {
        return UUID.randomUUID().toString().substring(0, 8);
    }

    @Override
    public void preflight(Manifest manifest) {
        preflight.check(manifest);
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
        return spare.base().map(base -> new Base(base.identity(), base.snapshot()));
    }

    @Override
    public Optional<DatabaseIdentity> holding(SnapshotId snapshot) {
        return spare.holding(snapshot);
    }

    @Override
    public LoadedSpare load(Manifest manifest, BlobSource blobs, LoadContext context, Progress progress) {
        Optional<DatabaseIdentity> whole = spare.holding(manifest.snapshot());
        // What loads ahead left to do is done by a load from the snapshot to itself.
        if (whole.isPresent()
                && (context.ahead() || spare.base().filter(incremental::isOwed).isEmpty())) {
            return new LoadedSpare(whole.get(), LoadReport.full("an earlier attempt had loaded it"));
        }
        finishHalfChanged(manifest.snapshot(), blobs, context, progress);
        String why;
        try {
            return byDifferences(manifest, blobs, context, progress);
        } catch (FullLoadRequired e) {
            why = e.getMessage();
        } catch (UnderstudyException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            if (!MAY_DO_IN_FULL.contains(e.code()) || !context.mayLoadInFull()) {
                throw e;
            }
            LOG.warn("{} cannot be loaded by differences: {}", manifest.snapshot(), e.getMessage());
            why = e.getMessage();
        }
        if (!context.mayLoadInFull()) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot load " + manifest.snapshot() + " by differences: " + why,
                    "agent-replica sync loads all of it, which takes longer");
        }
        return new LoadedSpare(loadInFull(manifest, blobs, context, progress), LoadReport.full(why));
    }

    private LoadedSpare byDifferences(Manifest manifest, BlobSource blobs, LoadContext context, Progress progress) {
        LoadedDatabase base = spare.base()
                .orElseThrow(
                        () -> new FullLoadRequired("this server has no database of an older snapshot to begin with"));
        Manifest before = context.held(base.snapshot())
                .orElseThrow(() -> new FullLoadRequired(
                        "the mirror does not hold " + base.snapshot() + ", which the database to begin with holds"));
        LOG.debug("bringing the database of {} up to {}", base.snapshot(), manifest.snapshot());
        try {
            IncrementalLoader.Loaded loaded = incremental.load(context, base, before, manifest, blobs, progress);
            definition(manifest).afterTheLoad();
            return new LoadedSpare(spare.loaded(manifest.snapshot(), loaded.mark()), loaded.report());
        } catch (FullLoadRequired e) {
            throw e;
        } catch (RuntimeException e) {
            countFailure(e);
            throw e;
        }
    }

    /** What was given up has not failed. */
    private void countFailure(RuntimeException failure) {
        if (Thread.currentThread().isInterrupted()) {
            return;
        }
        try {
            spare.failed();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * A newer snapshot comes every few seconds, so the one that a crash or an interrupt left half made is seldom the
     * next one. It is finished first, where it is at hand: else all would have to be loaded.
     */
    private void finishHalfChanged(SnapshotId next, BlobSource blobs, LoadContext context, Progress progress) {
        Optional<Manifest> half =
                spare.halfChangedInto().filter(into -> !into.equals(next)).flatMap(context::held);
        if (half.isEmpty()) {
            return;
        }
        try {
            byDifferences(half.get(), blobs, context, progress);
        } catch (FullLoadRequired e) {
            LOG.info("{} cannot be finished: {}", half.get().snapshot(), e.getMessage());
        }
    }

    private DatabaseDefinition definition(Manifest manifest) {
        return new DatabaseDefinition(
                database, spare.name(), manifest.database().properties());
    }

    static Set<String> tables(Manifest manifest, BlobSource blobs) {
        try (Stream<TableData> tables = manifest.database().tables(blobs)) {
            return tables.map(TableCopy::name).collect(Collectors.toSet());
        }
    }

    private DatabaseIdentity loadInFull(Manifest manifest, BlobSource blobs, LoadContext context, Progress progress) {
        context.changing();
        spare.dropBase();
        LoadRights.dropLeftovers(database, spare.name());
        DatabaseDefinition definition = definition(manifest);
        DatabaseIdentity created = spare.create(definition::creation);
        try {
            fill(manifest, blobs, progress, definition);
            requireSame(created);
            return spare.loaded(manifest.snapshot(), session -> LoadMark.of(session, tables(manifest, blobs)));
        } catch (RuntimeException e) {
            dropAfter(e);
            throw e;
        }
    }

    private void fill(Manifest manifest, BlobSource blobs, Progress progress, DatabaseDefinition definition) {
        LOG.info(
                "loading {} into database {}: {} tables, {} bytes of text",
                manifest.snapshot(),
                spare.name(),
                manifest.totals().tables(),
                manifest.totals().databaseBytes());
        progress.report("schema", 0, -1);
        definition.beforeTheLoad();
        try (ArchiveFile archive = restores.assemble(manifest, blobs)) {
            ReplicaPoint.ARCHIVE_ASSEMBLED.reached();
            ArchiveRestore restore = restores.restore(manifest, archive);
            RestoreOptions options = restores.options(restore);
            new FunctionGuard(database, spare.name())
                    .during(() -> restore.restore(Section.PRE_DATA, options.arguments(), options.contents()));
            ReplicaPoint.SCHEMA_RESTORED.reached();
            try (LoadRights rights = LoadRights.of(database, spare.name())) {
                new ContentLoader(database, spare.name(), restore, options, rights).load(manifest, blobs, progress);
                ReplicaPoint.DATA_RESTORED.reached();
                progress.report("indexes", 0, -1);
                rights.restorePostData(restore, options.arguments(), options.contents());
                ReplicaPoint.INDEXES_BUILT.reached();
            }
        }
        progress.report("statistics", 0, -1);
        new Analysis(database, spare.name()).run();
        definition.afterTheLoad();
        ReplicaPoint.STATISTICS_MADE.reached();
    }

    /** Whatever the cause, a half-loaded spare only takes room from the live database. */
    private void dropAfter(RuntimeException failure) {
        if (Thread.currentThread().isInterrupted()) {
            return;
        }
        try {
            spare.drop();
        } catch (RuntimeException e) {
            LOG.warn("the spare database stays until the next load: {}", e.getMessage());
            failure.addSuppressed(e);
        }
    }

    private void requireSame(DatabaseIdentity created) {
        if (!spare.isNamed(created)) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FOREIGN,
                    "verification of the loaded database failed: another session renamed or replaced it",
                    "keep other tools away from database " + spare.name());
        }
    }

    @Override
    public List<TableDifference> compareLive(Manifest manifest, BlobSource blobs, Progress progress) {
        String live = database.settings().name();
        CopyTargets targets;
        try (Session session = database.open()) {
            targets = CopyTargets.of(session);
        }
        List<TableData> tables;
        try (Stream<TableData> all = manifest.database().tables(blobs)) {
            // Partitions that PostgreSQL fills by way of their root have other rows on each server.
            tables = all.filter(table -> targets.of(table).equals(TableCopy.name(table)))
                    .toList();
        }
        String encoding = manifest.database().properties().encoding();
        Collection<Mismatch> found = new DigestCheck(database, live, encoding).compare(tables, progress);
        Map<String, Long> rows = found.stream()
                .collect(Collectors.toMap(
                        each -> TableCopy.name(each.table()),
                        each -> each.table().rows()));
        Set<String> written = spare.markOf(live)
                .map(mark -> new Drift(database, live, mark).findIfKnown(rows))
                .orElse(Set.of());
        return found.stream()
                .map(each -> new TableDifference(each.text(), written.contains(TableCopy.name(each.table()))))
                .sorted(Comparator.comparing(TableDifference::table))
                .toList();
    }

    @Override
    public boolean takeBack(SnapshotId snapshot) {
        return spare.takeBack(snapshot);
    }

    @Override
    public void dropSpare() {
        spare.drop();
    }
}

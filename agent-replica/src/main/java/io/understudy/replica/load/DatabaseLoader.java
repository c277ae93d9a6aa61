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
import io.understudy.postgres.Toolset;
import io.understudy.postgres.UserRisks;
import io.understudy.process.CommandRunner;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.load.ArchiveRestore.Section;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a snapshot with PostgreSQL's own tools and parallel COPY, in the order that leaves nothing to fire, check or
 * maintain while rows go in: schema, rows, what else the archive holds of data, then indexes, keys, triggers and views,
 * then statistics.
 */
public final class DatabaseLoader implements SpareLoader {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseLoader.class);

    private final Database database;
    private final PgTools tools;
    private final Path state;
    private final SpareDatabase spare;
    private final Preflight preflight;

    /** @param state the agents' state folder */
    public DatabaseLoader(DatabaseSettings settings, Path state, CommandRunner runner, Ticker ticker) {
        this(settings, state, runner, ticker, DiskSpace.ofThisMachine());
    }

    DatabaseLoader(DatabaseSettings settings, Path state, CommandRunner runner, Ticker ticker, DiskSpace disk) {
        this.database = new Database(settings);
        this.tools = new PgTools(LoadOptions.with(settings), runner);
        this.state = state;
        this.spare = new SpareDatabase(database, ticker, state, DatabaseLoader::nonce);
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
    public DatabaseIdentity load(Manifest manifest, BlobSource blobs, Progress progress) {
        return spare.holding(manifest.snapshot()).orElseGet(() -> loadAnew(manifest, blobs, progress));
    }

    private DatabaseIdentity loadAnew(Manifest manifest, BlobSource blobs, Progress progress) {
        spare.drop();
        LoadRights.dropLeftovers(database, spare.name());
        DatabaseDefinition definition = new DatabaseDefinition(
                database, spare.name(), manifest.database().properties());
        DatabaseIdentity created = spare.create(definition::creation);
        try {
            fill(manifest, blobs, progress, definition);
            requireSame(created);
            return spare.loaded(manifest.snapshot());
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
        try (ArchiveFile archive = ArchiveFile.assemble(manifest.database().archive(), blobs, state)) {
            ReplicaPoint.ARCHIVE_ASSEMBLED.reached();
            ArchiveRestore restore = restore(manifest, archive);
            RestoreOptions options = options(restore);
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

    private ArchiveRestore restore(Manifest manifest, ArchiveFile archive) {
        try (Session session = database.maintenance()) {
            Toolset toolset = tools.forRestore(manifest.versions().tools(), session.serverVersion());
            return new ArchiveRestore(
                    tools,
                    toolset.restore(),
                    archive,
                    spare.name(),
                    database.settings().connections());
        }
    }

    private RestoreOptions options(ArchiveRestore restore) {
        try (Session session = database.maintenance()) {
            return RestoreOptions.of(restore, session, database.settings().ownership() == Ownership.SINGLE);
        }
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
    public void dropSpare() {
        spare.drop();
    }
}

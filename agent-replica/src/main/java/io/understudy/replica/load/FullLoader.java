package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.load.ArchiveRestore.Section;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import io.understudy.tasks.TaskScope;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads all of a snapshot into a fresh spare database. */
final class FullLoader {
    private static final Logger LOG = LoggerFactory.getLogger(FullLoader.class);

    private final Database database;
    private final SpareDatabase spare;
    private final SpareBase base;
    private final Restores restores;
    private final OwnRows own;

    FullLoader(Database database, SpareDatabase spare, SpareBase base, Restores restores, OwnRows own) {
        this.database = database;
        this.spare = spare;
        this.base = base;
        this.restores = restores;
        this.own = own;
    }

    /**
     * What an earlier load could have begun with is dropped, and so is what this one made when it fails.
     *
     * @param report why all of it is loaded
     * @throws UnderstudyException those of sessions, blobs, files and pg_restore
     */
    LoadedSpare load(Manifest manifest, BlobSource blobs, LoadContext context, Progress progress, LoadReport report) {
        context.changing();
        base.drop();
        LoadRights.dropLeftovers(database, spare.name());
        DatabaseDefinition definition = definition(manifest);
        DatabaseIdentity created = spare.create(definition::creation);
        try (TaskScope scope = new TaskScope("work next to the load")) {
            fill(manifest, blobs, progress, definition, () -> scope.start(context::alongside));
            requireSame(created);
            OwnRows.Done done =
                    own.run(context.erased(manifest), (transaction, tables) -> ReplicaPoint.OWN_ROWS_NOTED.reached());
            DatabaseIdentity whole = spare.loaded(
                    manifest.snapshot(),
                    session -> LoadMark.of(session, tables(manifest, blobs)).withOwn(done.tables()));
            scope.await();
            return new LoadedSpare(whole, report.with(done.report()));
        } catch (RuntimeException e) {
            dropAfter(e);
            throw e;
        }
    }

    private void fill(
            Manifest manifest, BlobSource blobs, Progress progress, DatabaseDefinition definition, Runnable rowsAreIn) {
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
                new ContentLoader(database, spare.name(), restore, options, rights)
                        .load(manifest, blobs, progress, rowsAreIn);
                ReplicaPoint.DATA_RESTORED.reached();
                progress.report("indexes", 0, -1);
                // pg_restore makes as many as it has jobs, and one more.
                database.endIdle();
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

    DatabaseDefinition definition(Manifest manifest) {
        return new DatabaseDefinition(
                database, spare.name(), manifest.database().properties());
    }

    static Set<String> tables(Manifest manifest, BlobSource blobs) {
        try (Stream<TableData> tables = manifest.database().tables(blobs)) {
            return tables.map(TableCopy::name).collect(Collectors.toSet());
        }
    }
}

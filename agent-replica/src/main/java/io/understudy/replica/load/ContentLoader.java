package io.understudy.replica.load;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.tasks.TaskScope;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Brings all data into the spare database, between its schema and its indexes, in the order that {@link LoadOrder}
 * gives.
 */
final class ContentLoader {
    private final Database database;
    private final String spare;
    private final ArchiveRestore archive;
    private final RestoreOptions options;
    private final LoadRights rights;

    ContentLoader(Database database, String spare, ArchiveRestore archive, RestoreOptions options, LoadRights rights) {
        this.database = database;
        this.spare = spare;
        this.archive = archive;
        this.options = options;
        this.rights = rights;
    }

    /**
     * @param rowsAreIn runs when those are that are loaded in parallel
     * @throws UnderstudyException {@code LOAD_FAILED}, {@code LOAD_MISMATCH}, {@code CANCELLED}, and those of
     *     pg_restore, blobs and sessions
     */
    void load(Manifest manifest, BlobSource blobs, Progress progress, Runnable rowsAreIn) {
        DatabaseData data = manifest.database();
        List<TableData> tables = tables(data, blobs);
        LoadOrder order;
        CopyTargets targets;
        try (Session session = database.open(spare)) {
            order = LoadOrder.of(session);
            targets = CopyTargets.of(session);
        }
        TableCopy copy = new TableCopy(blobs, progress, data.properties().encoding(), targets, bytes(tables));
        restore(order.first(options.contents()));
        List<TableData> early =
                tables.stream().filter(table -> !order.isLate(table)).toList();
        CopyPlan plan = CopyPlan.of(early, blobs, database.settings().connections());
        List<CopyTask> refused = new RowLoader(rights, database.settings().connections(), copy).load(plan.tasks());
        rowsAreIn.run();
        restore(order.early(options.contents()));
        Stream<CopyTask> late =
                CopyPlan.of(tables.stream().filter(order::isLate).toList(), blobs, 1).tasks().stream();
        try (TaskScope scope = new TaskScope("load the rows of the database")) {
            LateRows.load(units(Stream.concat(refused.stream(), late), order.late(options.contents()), copy, scope));
            copy.requireAll(tables);
            new GeneratedCheck(rights, manifest, copy).run(tables, scope);
        }
        // Those that the archive holds are few: of extensions, or without a place in the list. A function of the site
        // may have taken numbers.
        restore(LoadOrder.sequences(options.contents()));
        new SequenceLoader(database, spare).load(data, blobs);
    }

    private static List<TableData> tables(DatabaseData data, BlobSource blobs) {
        try (Stream<TableData> tables = data.tables(blobs)) {
            return tables.toList();
        }
    }

    private List<LateRows.Unit> units(
            Stream<CopyTask> tasks, List<ArchiveEntry> entries, TableCopy copy, TaskScope scope) {
        List<LateRows.Unit> units = new ArrayList<>();
        tasks.forEach(task -> units.add(new LateRows.Unit(
                task.table().schema() + " " + task.table().name(), () -> scope.call(() -> copy(task, copy, scope)))));
        entries.forEach(entry -> units.add(new LateRows.Unit(entry.name(), () -> restore(List.of(entry)))));
        return units;
    }

    private CopyTask copy(CopyTask task, TableCopy copy, TaskScope scope) {
        try (Session session = scope.open(() -> rights.open(copy.target(task.table())))) {
            session.execute("SET synchronous_commit = off");
            copy.run(session, task);
            ReplicaPoint.ROWS_COPIED.reached();
            return task;
        }
    }

    private void restore(List<ArchiveEntry> entries) {
        rights.restoreRows(archive, options.arguments(), entries);
    }

    private static long bytes(List<TableData> tables) {
        return tables.stream()
                .flatMap(table -> TableRows.layers(table.content()).stream())
                .mapToLong(StreamRef::bytes)
                .sum();
    }
}

package io.understudy.primary.capture.database;

import io.understudy.postgres.SourceTable;
import io.understudy.primary.capture.database.TableReader.Rows;
import io.understudy.primary.capture.database.tracking.TrackedRun;
import io.understudy.primary.capture.database.tracking.TrackedTables;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobSink;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What has to be read of each table: all of it, the rows of the keys that changed, or nothing. */
final class TableTasks {
    private final CopyPlan plan;
    private final Optional<TrackedTables> tracked;
    private final List<CopyTask> locked;
    private final List<CopyTask> open;
    private final Map<SourceTable, CopyTask> keyed = new HashMap<>();

    /** @param restless tables that are to be read first */
    TableTasks(CaptureSource source, Collection<SourceTable> restless) {
        this.plan = new CopyPlan(source.encoding(), source.frozen().keeper().serverVersion());
        this.tracked = source.tracked().map(TrackedRun.Found::tables);
        List<SourceTable> whole = new ArrayList<>();
        for (SourceTable table : source.carried()) {
            if (tracked.isEmpty() || tracked.get().whole(table).isPresent()) {
                whole.add(table);
            } else if (!tracked.get().isUnchanged(table)) {
                keyed.put(
                        table,
                        CopyTask.ofKeys(
                                table,
                                tracked.get().copies(table, source.encoding()),
                                tracked.get().weight(table)));
            }
        }
        this.locked = plan.units(whole.stream().filter(source::locked).toList());
        List<CopyTask> units = new ArrayList<>(keyed.values());
        units.addAll(
                plan.units(whole.stream().filter(table -> !source.locked(table)).toList(), restless));
        this.open = List.copyOf(units);
    }

    /** Of tables that are locked since before the moment. */
    List<CopyTask> locked() {
        return locked;
    }

    /** Of all others. */
    List<CopyTask> open() {
        return open;
    }

    /** About how many bytes they are on the server's disk. */
    long weight() {
        return Stream.concat(locked.stream(), open.stream())
                .mapToLong(CopyTask::weight)
                .sum();
    }

    /** The tables of which the rows that were read must not come with a delta: they are read whole after all. */
    List<CopyTask> unfit(TableWorkers workers) {
        List<SourceTable> unfit = keyed.entrySet().stream()
                .filter(entry -> !TrackedTables.mayCome(workers.rows(entry.getValue()).stream()))
                .map(Map.Entry::getKey)
                .toList();
        keyed.keySet().removeAll(unfit);
        return plan.units(unfit);
    }

    /** @param sink for what is merged */
    TableData data(SourceTable table, TableWorkers workers, BlobSink sink) {
        if (keyed.containsKey(table)) {
            Rows rows = workers.rows(keyed.get(table));
            return tracked.orElseThrow().changed(table, rows.count(), rows.stream(), sink);
        }
        if (tracked.isPresent() && tracked.get().isUnchanged(table)) {
            return tracked.get().unchanged(table);
        }
        tracked.ifPresent(changes -> changes.wasReadWhole(table));
        return workers.data(table, plan.units(table));
    }
}

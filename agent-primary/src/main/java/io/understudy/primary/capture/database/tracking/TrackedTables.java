package io.understudy.primary.capture.database.tracking;

import io.understudy.postgres.SiteCode.TableName;
import io.understudy.postgres.SourceTable;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How each table of a moment is read: not at all, the rows of some keys, or whole. Keeps what is read, for the next
 * time. Not thread-safe but where it says so.
 */
public final class TrackedTables {
    private final Map<TableName, Plan> plans = new HashMap<>();
    private final Map<String, TrackingPoint.Table> kept = new HashMap<>();
    private final TrackedCatalog catalog;
    private final Instant at;
    private final Optional<Before.Newest> newest;

    /** @param newest the snapshot before; where there is none, all is read whole */
    TrackedTables(TrackedCatalog catalog, Instant at, Optional<Before.Newest> newest) {
        this.catalog = catalog;
        this.at = at;
        this.newest = newest;
    }

    /**
     * Of one table.
     *
     * @param base as the snapshot before has it; null when it is read whole
     * @param known of the base
     * @param changes empty when nothing changed
     * @param why it is read whole; empty when it is not
     */
    private record Plan(TableData base, TrackingPoint.Table known, Optional<ChangedKeys.Changes> changes, String why) {}

    void unchanged(SourceTable table, TableData base, TrackingPoint.Table known) {
        plans.put(name(table), new Plan(base, known, Optional.empty(), ""));
    }

    void changed(SourceTable table, TableData base, TrackingPoint.Table known, ChangedKeys.Changes changes) {
        plans.put(name(table), new Plan(base, known, Optional.of(changes), ""));
    }

    void whole(SourceTable table, String why) {
        plans.put(name(table), new Plan(null, null, Optional.empty(), why));
    }

    /** Why the table has to be read whole; empty when it has not. */
    public Optional<String> whole(SourceTable table) {
        return Optional.of(plans.get(name(table)).why).filter(why -> !why.isEmpty());
    }

    /** Whether it is as the snapshot before has it. */
    public boolean isUnchanged(SourceTable table) {
        Plan plan = plans.get(name(table));
        return plan.why.isEmpty() && plan.changes.isEmpty();
    }

    /** The statements that read the rows of the keys that changed. Thread-safe. */
    public KeyedCopies copies(SourceTable table, String encoding) {
        return new KeyedCopies(
                table,
                catalog.shapes().get(name(table)).keyTypes(),
                plans.get(name(table)).changes.orElseThrow().keys(),
                encoding);
    }

    /** About how many bytes the rows of the changed keys have. */
    public long weight(SourceTable table) {
        Plan plan = plans.get(name(table));
        return plan.changes
                .map(changes -> changes.keys().size() * Math.max(1, plan.base.bytes() / Math.max(1, plan.base.rows())))
                .orElse(0L);
    }

    /** An unchanged table, with all of its blobs. */
    public TableData unchanged(SourceTable table) {
        Plan plan = plans.get(name(table));
        kept.put(table.qualified(), plan.known);
        TableData base = plan.base;
        return with(base, base.rows(), base.content().deltas(), base.digest(), base.generated() != null);
    }

    /** Whether these rows may come with a delta: no row that is longer than a blob may. */
    public static boolean mayCome(StreamRef came) {
        return came.direct().stream().noneMatch(BlobRef::continues);
    }

    /**
     * A table of which the changed keys were read.
     *
     * @param came rows of these keys
     */
    public TableData changed(SourceTable table, long rows, StreamRef came, BlobSink sink) {
        Plan plan = plans.get(name(table));
        ChangedKeys.Changes changes = plan.changes.orElseThrow();
        DeltaWriter.Result result = new DeltaWriter(newest.orElseThrow().content(), sink)
                .add(plan.base, plan.known.keys(), changes.keys(), came);
        kept.put(table.qualified(), new TrackingPoint.Table(plan.known.stamp(), plan.known.whole(), result.keys()));
        return with(plan.base, plan.base.rows() - changes.existed() + rows, result.deltas(), null, false);
    }

    /** A table was read whole. */
    public void wasReadWhole(SourceTable table) {
        TrackedCatalog.Shape shape = catalog.shapes().get(name(table));
        if (shape != null) {
            kept.put(table.qualified(), new TrackingPoint.Table(shape.stamp(), at, List.of()));
        }
    }

    Map<String, TrackingPoint.Table> kept() {
        return kept;
    }

    private TableData with(
            TableData base,
            long rows,
            List<TableDelta> deltas,
            io.understudy.repository.digest.TableDigest digest,
            boolean generated) {
        BlobSource lists = newest.orElseThrow().lists();
        List<TableDelta> whole = new ArrayList<>();
        long bytes = base.content().base().bytes();
        for (TableDelta delta : deltas) {
            whole.add(new TableDelta(delta.gone().whole(lists), delta.came().whole(lists)));
            bytes += DeltaWriter.bytes(delta);
        }
        return new TableData(
                base.schema(),
                base.name(),
                base.columns(),
                base.key(),
                rows,
                bytes,
                digest,
                generated ? base.generated() : null,
                new TableContent(base.content().base().whole(lists), whole));
    }

    /** Whether no blob of it ends within a row. */
    static boolean mayHaveDeltas(TableData table, BlobSource source) {
        return TableRows.layers(table.content()).stream().allMatch(layer -> mayCome(layer.whole(source)));
    }

    static TableName name(SourceTable table) {
        return new TableName(table.schema(), table.name());
    }
}

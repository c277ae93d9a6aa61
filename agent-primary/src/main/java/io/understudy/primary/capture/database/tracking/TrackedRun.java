package io.understudy.primary.capture.database.tracking;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Session;
import io.understudy.postgres.SiteCode.TableName;
import io.understudy.postgres.SourceTable;
import io.understudy.postgres.Sql;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.TableRows;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
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
 * The tracking of one capture: what changed between the snapshot before and this moment. Use once.
 *
 * <p>More than 300 lines, for its steps share what they read of one moment.
 */
public final class TrackedRun {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeTracking.class);
    /** A table of fewer bytes is read whole when it changed. */
    static final long SMALL = 64 << 10;

    private static final int MOST_ROWS_OF = 10;
    private static final int MOST_BYTES_OF = 4;

    private final ChangeTracking tracking;
    private final TrackingSlot slot;
    private final Session session;
    private final Before before;
    private final Optional<TrackingPoint> base;
    private final String position;
    private final Ticker ticker;
    private final String mark = UUID.randomUUID().toString().replace("-", "");

    /**
     * @param base empty when there is none to build on
     * @param position from which the slot is read
     */
    TrackedRun(
            ChangeTracking tracking,
            TrackingSlot slot,
            Session session,
            Before before,
            Optional<TrackingPoint> base,
            String position,
            Ticker ticker) {
        this.tracking = tracking;
        this.slot = slot;
        this.session = session;
        this.before = before;
        this.base = base;
        this.position = position;
        this.ticker = ticker;
    }

    /**
     * What was found for the moment.
     *
     * @param archiveStands whether pg_dump would write what the snapshot before has
     * @param builds whether what changed is known, so that not all is read in full
     * @param mark the transaction in which this agent marked the moment in the log
     * @param decoding how long the server decoded its log
     * @param commit to be given to the snapshot; {@link CommitNotice#NONE} when nothing can be built on it
     */
    public record Found(
            TrackedTables tables,
            boolean archiveStands,
            boolean builds,
            long mark,
            Duration decoding,
            CommitNotice commit) {
        /** A moment, without counting the mark of it as a change. */
        public MomentSeen marked(MomentSeen moment) {
            return moment.except(mark);
        }
    }

    /** Whether it is for a continuous snapshot. */
    public boolean isFrequent() {
        return before.frequent();
    }

    /** In which the slot is read; idle afterwards, where that did not fail. */
    public Session session() {
        return session;
    }

    /**
     * Reads the slot up to the moment and decides for each table.
     *
     * @param at the moment by the server's clock
     * @param dump the version of pg_dump
     * @return empty when nothing is known: everything is read whole, and the next snapshot is, too
     * @throws UnderstudyException {@code CANCELLED} alone
     */
    public Optional<Found> read(
            TrackedCatalog catalog, List<SourceTable> carried, Instant at, String encoding, String dump) {
        try {
            return Optional.of(found(catalog, carried, at, encoding, dump));
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            LOG.warn("changes are not known, all tables are read in full: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private Found found(TrackedCatalog catalog, List<SourceTable> carried, Instant at, String encoding, String dump) {
        long start = ticker.nanos();
        Map<String, TableData> tables = tablesOfBase();
        Map<TableName, List<String>> keys = new HashMap<>();
        for (SourceTable table : carried) {
            TrackedCatalog.Shape shape = catalog.shapes().get(TrackedTables.name(table));
            if (shape != null && shape.keyed() && !table.key().isEmpty()) {
                keys.put(TrackedTables.name(table), table.key());
            }
        }
        Set<TableName> names = carried.stream().map(TrackedTables::name).collect(Collectors.toSet());
        ChangedKeys changed = new ChangedKeys(keys, names);
        Decoding decoding = new Decoding(
                base.map(point -> SeenTransactions.of(point.seen())),
                base.map(TrackingPoint::mark).orElse(""),
                SeenTransactions.of(catalog.seen()),
                mark,
                changed);
        TrackingSlot.Mark marked = slot.mark(session, mark);
        String until = marked.position();
        long read = TrackingSlot.bytes(until) - TrackingSlot.bytes(position);
        long begun = ticker.nanos();
        slot.read(session, until, encoding, decoding);
        Duration decoded = ticker.since(begun);
        PrimaryPoint.CHANGES_DECODED.reached();
        Optional<String> fault = decoding.fault();
        String archive = catalog.archiveBut(names, dump);
        TrackedTables decided = new TrackedTables(catalog, at, before.newest());
        Set<String> overdue = overdue(carried, tables, at);
        for (SourceTable table : carried) {
            boolean isDue = overdue.contains(table.qualified());
            Optional<String> none = fault.or(() -> unusable(table, tables.get(table.qualified()), catalog, isDue));
            decide(table, tables.get(table.qualified()), changed, none, encoding, decided);
        }
        if (!before.frequent() || LOG.isDebugEnabled()) {
            LOG.info(
                    "{} bytes of the server's log decoded in {} ms, up to {}: {}",
                    read,
                    ticker.since(start).toMillis(),
                    until,
                    fault.map(why -> "all tables are read in full, " + why).orElseGet(() -> summary(carried, decided)));
        }
        boolean stands = fault.isEmpty()
                && !archive.isEmpty()
                && !changed.othersChanged()
                && base.filter(point -> point.archive().equals(archive)).isPresent();
        String next = decoding.position().orElse(position);
        return new Found(
                decided,
                stands,
                fault.isEmpty(),
                marked.xid(),
                decoded,
                tracking.notice(
                        slot,
                        before,
                        read,
                        id -> new TrackingPoint(
                                id,
                                slot.name(),
                                next,
                                mark,
                                catalog.seen(),
                                catalog.types(),
                                archive,
                                decided.kept())));
    }

    private Map<String, TableData> tablesOfBase() {
        if (base.isEmpty()) {
            return Map.of();
        }
        Before.Newest newest = newest();
        try (Stream<TableData> all = newest.database().tables(newest.lists())) {
            return all.collect(Collectors.toMap(table -> Sql.qualified(table.schema(), table.name()), table -> table));
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.IDENTITY_MISSING) {
                throw e;
            }
            // The log is read all the same, so that the next snapshot can build on this one.
            LOG.warn(
                    "the list of tables of snapshot {} is not on this server's disk, and sealed in the repository:"
                            + " all tables are read in full",
                    newest.snapshot());
            return Map.of();
        }
    }

    private Before.Newest newest() {
        return before.newest().orElseThrow();
    }

    private Set<String> overdue(List<SourceTable> carried, Map<String, TableData> tables, Instant at) {
        Map<String, TableData> there = new HashMap<>(tables);
        there.keySet().retainAll(carried.stream().map(SourceTable::qualified).collect(Collectors.toSet()));
        return base.map(point -> OverdueTables.of(there, point.tables(), at, before.frequent()))
                .orElse(Set.of());
    }

    private void decide(
            SourceTable table,
            TableData data,
            ChangedKeys changed,
            Optional<String> unusable,
            String encoding,
            TrackedTables decided) {
        if (unusable.isPresent()) {
            decided.whole(table, unusable.get());
            return;
        }
        TrackingPoint.Table point = base.orElseThrow().tables().get(table.qualified());
        Optional<ChangedKeys.Changes> changes = changed.of(TrackedTables.name(table));
        if (changes.isEmpty()) {
            decided.unchanged(table, data, point);
            return;
        }
        changes.get()
                .whole()
                .or(() -> tooMuch(data, point, changes.get(), encoding))
                .ifPresentOrElse(
                        why -> decided.whole(table, why), () -> decided.changed(table, data, point, changes.get()));
    }

    /** Why what the snapshot before has of a table is no base. */
    private Optional<String> unusable(SourceTable table, TableData data, TrackedCatalog catalog, boolean isDue) {
        TrackingPoint point = base.orElseThrow();
        TrackingPoint.Table known = point.tables().get(table.qualified());
        TrackedCatalog.Shape shape = catalog.shapes().get(TrackedTables.name(table));
        String why = "";
        if (data == null || known == null || shape == null) {
            why = "it is new";
        } else if (!shape.logged()) {
            why = "it is unlogged";
        } else if (!point.types().equals(catalog.types())) {
            why = "types of the database changed";
        } else if (!known.stamp().equals(shape.stamp())
                || !data.columns().equals(table.columns())
                || !data.key().equals(table.key())) {
            why = "it was altered or rewritten";
        } else if (isDue) {
            why = "it was read in full more than a day ago";
        }
        return Optional.of(why).filter(text -> !text.isEmpty());
    }

    /** Why a delta does not pay, or the format does not allow it. */
    private Optional<String> tooMuch(
            TableData data, TrackingPoint.Table point, ChangedKeys.Changes changes, String encoding) {
        long count = changes.keys().size();
        long deltas =
                data.content().deltas().stream().mapToLong(DeltaWriter::bytes).sum();
        long expected = deltas + count * (data.bytes() / Math.max(1, data.rows()));
        long before = point.keys().stream().mapToLong(Long::longValue).sum();
        String why = "";
        if (data.content().base().bytes() < SMALL) {
            why = "it is small";
        } else if (count * MOST_ROWS_OF > data.rows()) {
            why = "more than a tenth of its rows changed";
        } else if (expected * MOST_BYTES_OF > data.content().base().bytes()) {
            why = "its deltas would be more than a quarter of it";
        } else if (before + count > TableRows.MOST_KEYS) {
            why = "its deltas would name more than " + TableRows.MOST_KEYS + " keys";
        } else if (point.keys().size() != data.content().deltas().size()) {
            why = "its deltas are not those that were written";
        } else if (DeltaWriter.isFull(data.content().deltas(), newest().content())) {
            why = "it has " + DeltaWriter.MOST_UNREAD + " deltas, and this server cannot read them to merge them";
        } else if (!KeyedCopies.canName(changes.keys(), encoding)) {
            why = "its keys are not ASCII and the database is not UTF8";
        } else if (!TrackedTables.mayHaveDeltas(data, newest().lists())) {
            why = "it has rows that are longer than a blob";
        }
        return Optional.of(why).filter(text -> !text.isEmpty());
    }

    private static String summary(List<SourceTable> carried, TrackedTables decided) {
        long whole = carried.stream()
                .filter(table -> decided.whole(table).isPresent())
                .count();
        long unchanged = carried.stream().filter(decided::isUnchanged).count();
        carried.forEach(table -> decided.whole(table)
                .ifPresent(why -> LOG.debug("table {} is read in full: {}", table.qualified(), why)));
        return unchanged + " tables did not change, of " + (carried.size() - whole - unchanged)
                + " the changed rows are read, " + whole + " are read in full";
    }
}

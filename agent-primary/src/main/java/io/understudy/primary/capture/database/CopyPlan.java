package io.understudy.primary.capture.database;

import io.understudy.postgres.SourceTable;
import io.understudy.postgres.Sql;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Divides tables into units that workers read side by side. A large table is cut at multiples of a fixed number of
 * blocks, whatever the number of workers, so that the same rows make the same blobs the next time, also after the table
 * has grown at its end. Servers before 14 find such a range only by reading the whole table, so there a table is one
 * unit, as it is with storage that has no blocks.
 */
final class CopyPlan {
    /** A range is about 128 MiB, values stored out of line included. */
    static final int RANGE_BLOCKS = 16384;

    private static final int SMALLEST_RANGE = 128;
    private static final int BLOCK = 8192;
    private static final int RANGE_SCANS = 140000;

    private final String options;
    private final boolean ranges;

    /**
     * @param encoding of the database, so that nothing is converted
     * @param serverVersion {@code server_version_num}
     */
    CopyPlan(String encoding, int serverVersion) {
        this.options = " TO STDOUT (FORMAT text, ENCODING " + Sql.literal(encoding) + ")";
        this.ranges = serverVersion >= RANGE_SCANS;
    }

    /** The units of all tables, the largest first. */
    List<CopyTask> units(List<SourceTable> tables) {
        return units(tables, List.of());
    }

    /** The units of all tables, those of some before all others, otherwise the largest first. */
    List<CopyTask> units(List<SourceTable> tables, Collection<SourceTable> first) {
        Set<String> names = first.stream().map(SourceTable::qualified).collect(Collectors.toSet());
        Comparator<CopyTask> order =
                Comparator.comparing(unit -> !names.contains(unit.table().qualified()));
        return tables.stream()
                .flatMap(table -> units(table).stream())
                .sorted(order.thenComparing(
                        Comparator.comparingLong(CopyTask::weight).reversed()))
                .toList();
    }

    /** The units of one table, in order. */
    List<CopyTask> units(SourceTable table) {
        long step = rangeOf(table);
        if (!ranges || !table.heap() || table.blocks() <= step) {
            return List.of(new CopyTask(table, 0, List.of(whole(table)), table.bytes()));
        }
        List<CopyTask> units = new ArrayList<>();
        long bytesPerBlock = table.bytes() / table.blocks();
        for (long from = 0; from < table.blocks(); from += step) {
            long to = from + step < table.blocks() ? from + step : Long.MAX_VALUE;
            long weight = Math.min(step, table.blocks() - from) * bytesPerBlock;
            units.add(new CopyTask(table, units.size(), List.of(range(table, from, to)), weight));
        }
        return units;
    }

    /** Halved for each doubling by values stored out of line. */
    private static long rangeOf(SourceTable table) {
        long timesLarger = Math.max(1, table.bytes() / BLOCK / Math.max(1, table.blocks()));
        return Math.max(SMALLEST_RANGE, RANGE_BLOCKS / Long.highestOneBit(timesLarger));
    }

    private String whole(SourceTable table) {
        return "COPY " + table.qualified() + " (" + columns(table) + ")" + options;
    }

    /** The last range is open, so that no row can lie beyond it. */
    private String range(SourceTable table, long from, long to) {
        String end = to == Long.MAX_VALUE ? "" : " AND ctid < '(" + to + ",0)'::tid";
        return "COPY (SELECT " + columns(table) + " FROM ONLY " + table.qualified() + " WHERE ctid >= '(" + from
                + ",0)'::tid" + end + ")" + options;
    }

    private static String columns(SourceTable table) {
        return table.columns().stream().map(Sql::identifier).collect(Collectors.joining(", "));
    }
}

package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * Which rows are loaded together. A table is one task, so that its rows keep their physical order; a large one is cut
 * into as many runs of blobs as there are workers, so that the largest table does not keep one worker busy long after
 * the others are done.
 *
 * @param tasks the longest first: the sooner they start, the sooner all is done
 */
record CopyPlan(List<CopyTask> tasks) {
    /** Plain bytes below which a run is not worth a COPY of its own. */
    static final long SMALLEST_RUN = 16L << 20;

    /**
     * @param source where the lists of the tables' blobs are
     * @throws UnderstudyException {@code FORMAT_UNKNOWN} when a table has deltas
     */
    static CopyPlan of(List<TableData> tables, BlobSource source, int workers) {
        return of(tables, source, workers, SMALLEST_RUN);
    }

    static CopyPlan of(List<TableData> tables, BlobSource source, int workers, long smallestRun) {
        List<CopyTask> tasks = new ArrayList<>();
        for (TableData table : tables) {
            requireNoDeltas(table);
            long bytes = table.content().base().bytes();
            long runs = Math.max(1, Math.min(workers, bytes / smallestRun));
            tasks.addAll(cut(table, source, bytes / runs));
        }
        tasks.sort(Comparator.comparingLong(CopyTask::bytes).reversed());
        return new CopyPlan(List.copyOf(tasks));
    }

    private static void requireNoDeltas(TableData table) {
        if (!table.content().deltas().isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.FORMAT_UNKNOWN,
                    "cannot load table " + table.schema() + "." + table.name()
                            + ": its rows are kept with deltas, which this version does not load",
                    "upgrade Understudy on this server, or restore the snapshot by hand (docs/restore-by-hand.md)");
        }
    }

    private static List<CopyTask> cut(TableData table, BlobSource source, long share) {
        List<CopyTask> tasks = new ArrayList<>();
        List<BlobRef> run = new ArrayList<>();
        long bytes = 0;
        for (Iterator<BlobRef> blobs = table.content().base().blobs(source); blobs.hasNext(); ) {
            BlobRef blob = blobs.next();
            run.add(blob);
            bytes += blob.bytes();
            if (bytes >= share && !blob.continues()) {
                tasks.add(new CopyTask(table, run));
                run = new ArrayList<>();
                bytes = 0;
            }
        }
        if (!run.isEmpty()) {
            tasks.add(new CopyTask(table, run));
        }
        return tasks;
    }

    long bytes() {
        return tasks.stream().mapToLong(CopyTask::bytes).sum();
    }
}

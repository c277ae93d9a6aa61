package io.understudy.replica.load;

import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which rows are loaded together. A table is one task, so that its rows keep their physical order; a large one is cut into as many runs of
 * blobs as there are workers, so that the largest table does not keep one worker busy long after the others are done.
 *
 * @param tasks the longest first: the sooner they start, the sooner all is done
 */
record CopyPlan(List<CopyTask> tasks) {
    /** Plain bytes below which a run is not worth a COPY of its own. */
    static final long SMALLEST_RUN = 16L << 20;

    static CopyPlan of(List<TableData> tables, int workers) {
        return of(tables, workers, SMALLEST_RUN);
    }

    static CopyPlan of(List<TableData> tables, int workers, long smallestRun) {
        List<CopyTask> tasks = new ArrayList<>();
        for (TableData table : tables) {
            long bytes = table.content().base().bytes();
            long runs = Math.max(1, Math.min(workers, bytes / smallestRun));
            tasks.addAll(cut(table, bytes / runs));
        }
        tasks.sort(Comparator.comparingLong(CopyTask::bytes).reversed());
        return new CopyPlan(List.copyOf(tasks));
    }

    private static List<CopyTask> cut(TableData table, long share) {
        List<CopyTask> tasks = new ArrayList<>();
        List<BlobRef> run = new ArrayList<>();
        long bytes = 0;
        for (BlobRef blob : table.content().base().blobs()) {
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

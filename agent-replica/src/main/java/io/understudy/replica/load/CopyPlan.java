package io.understudy.replica.load;

import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.TableRows;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
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

    /** @param source where the lists of the tables' blobs are */
    static CopyPlan of(List<TableData> tables, BlobSource source, int workers) {
        return of(tables, source, workers, SMALLEST_RUN);
    }

    static CopyPlan of(List<TableData> tables, BlobSource source, int workers, long smallestRun) {
        List<CopyTask> tasks = new ArrayList<>();
        for (TableData table : tables) {
            List<StreamRef> layers = TableRows.layers(table.content());
            for (int layer = 0; layer < layers.size(); layer++) {
                long bytes = layers.get(layer).bytes();
                long runs = Math.max(1, Math.min(workers, bytes / smallestRun));
                tasks.addAll(cut(table, layer, layers.get(layer).blobs(source), bytes / runs));
            }
        }
        tasks.sort(Comparator.comparingLong(CopyTask::bytes).reversed());
        return new CopyPlan(List.copyOf(tasks));
    }

    private static List<CopyTask> cut(TableData table, int layer, Iterator<BlobRef> blobs, long share) {
        List<CopyTask> tasks = new ArrayList<>();
        List<BlobRef> run = new ArrayList<>();
        long bytes = 0;
        while (blobs.hasNext()) {
            BlobRef blob = blobs.next();
            run.add(blob);
            bytes += blob.bytes();
            if (bytes >= share && !blob.continues()) {
                tasks.add(new CopyTask(table, layer, run));
                run = new ArrayList<>();
                bytes = 0;
            }
        }
        if (!run.isEmpty()) {
            tasks.add(new CopyTask(table, layer, run));
        }
        return tasks;
    }

    long bytes() {
        return tasks.stream().mapToLong(CopyTask::bytes).sum();
    }
}

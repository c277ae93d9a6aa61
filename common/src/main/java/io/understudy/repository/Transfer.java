package io.understudy.repository;

import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.WriteBatch;
import io.understudy.progress.Progress;
import io.understudy.repository.blob.MemoryBudget;
import io.understudy.tasks.TaskScope;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Copies snapshots from one repository to another: the blobs that the target lacks, then the manifest, unchanged. Every
 * blob is decoded and checked against its hash before the target gets it; content that this server may not read is
 * copied as it is. A copy that was broken off goes on where it
 * stopped when it is repeated. Thread-safe; starts its threads when it copies and ends them then.
 */
public final class Transfer {
    private static final int MOST_THREADS = 64;

    private final int threads;

    /**
     * @param threads blobs under way at the same time, 1 to 64, as far as the memory suffices
     */
    public Transfer(int threads) {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("1 to " + MOST_THREADS + " threads, not " + threads);
        }
        this.threads = MemoryBudget.workers(threads);
    }

    /**
     * Copies one snapshot.
     *
     * @param admission receives, before the content is fetched, the number of bytes (as stored) to fetch; may throw to
     *     refuse
     * @param progress receives the step {@code fetch} in stored bytes
     * @throws UnderstudyException {@code SNAPSHOT_UNKNOWN}, {@code BLOB_MISSING} and {@code BLOB_DAMAGED} of the
     *     source, naming what the blob belongs to; what reading a manifest throws; {@code COMMIT_CONFLICT} when the
     *     target has another snapshot of this number
     */
    public TransferResult copy(
            Repository from, Repository to, SnapshotId snapshot, LongConsumer admission, Progress progress) {
        try (WriteBatch writes = to.blobs().batch();
                TaskScope scope = new TaskScope("copy snapshot " + snapshot)) {
            return new Copying(from, to, writes, scope, threads, progress).run(snapshot, admission);
        }
    }

    /**
     * As {@link #copy}, of a snapshot that has much in common with one that the target holds whole: what names the same
     * content in both is not read, so that the effort follows what changed.
     *
     * @param whole in the target, with all of its blobs
     */
    public TransferResult copyNext(
            Repository from,
            Repository to,
            Manifest whole,
            SnapshotId snapshot,
            LongConsumer admission,
            Progress progress) {
        return copyNext(
                from,
                to,
                new SignedManifest(new byte[0], Outline.of(whole), Optional.of(whole)),
                snapshot,
                admission,
                progress);
    }

    TransferResult copyNext(
            Repository from,
            Repository to,
            SignedManifest whole,
            SnapshotId snapshot,
            LongConsumer admission,
            Progress progress) {
        try (WriteBatch writes = to.blobs().batch();
                TaskScope scope = new TaskScope("copy snapshot " + snapshot)) {
            return new Copying(from, to, writes, scope, threads, progress).runAfter(whole, snapshot, admission);
        }
    }
}

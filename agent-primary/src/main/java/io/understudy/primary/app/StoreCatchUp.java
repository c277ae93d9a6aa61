package io.understudy.primary.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.primary.retention.Pruning;
import io.understudy.progress.Progress;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.StoreHealing;
import io.understudy.repository.StoreState;
import io.understudy.repository.StoreSync;
import java.util.List;
import java.util.function.Supplier;

/** Brings each of several filestores up to the others, on the server that takes snapshots. */
public final class StoreCatchUp {
    private static final String ACTION = "bring the filestores up to date";

    private final Supplier<Repository> repository;
    private final Pruning retention;
    private final int threads;

    /** @param threads blobs under way at the same time, 1 to 64 */
    StoreCatchUp(Supplier<Repository> repository, Pruning retention, int threads) {
        this.repository = repository;
        this.retention = retention;
        this.threads = threads;
    }

    /** What each of them has; empty where there is one. */
    List<StoreState> look() {
        return StoreSync.look(repository.get());
    }

    /**
     * Copies to each what it lacks, as far as retention keeps it.
     *
     * @return what each has then; empty where there is one
     * @throws UnderstudyException {@code BACKUP_MODE}, {@code FENCED}, {@code LOCKED} while something is deleted,
     *     {@code CANCELLED}, and what the filestores throw
     */
    public List<StoreState> run(Progress progress) {
        return retention.undisturbed(
                ACTION, () -> new StoreSync(threads).run(repository.get(), retention::kept, progress));
    }

    /**
     * Repairs a snapshot in each filestore from the others.
     *
     * @return how many objects were written
     * @throws UnderstudyException as {@link #run}, and for what is damaged in all of them
     */
    public long heal(SnapshotId snapshot, Progress progress) {
        return retention.undisturbed(
                ACTION, () -> new StoreHealing(threads).heal(repository.get(), List.of(), snapshot, progress));
    }
}

package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.retention.Pruning;
import io.understudy.progress.Progress;
import io.understudy.repository.Repository;
import io.understudy.repository.StoreState;
import io.understudy.repository.StoreSync;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Brings each of several filestores up to the others, on the server that takes snapshots. */
public final class StoreCatchUp {
    private final Supplier<Repository> repository;
    private final Pruning retention;
    private final StoreSync sync = new StoreSync();

    StoreCatchUp(Supplier<Repository> repository, Pruning retention) {
        this.repository = repository;
        this.retention = retention;
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
        retention.permission();
        List<StoreState> states = new ArrayList<>();
        if (!retention.undisturbed(() -> states.addAll(sync.run(repository.get(), retention::kept, progress)))) {
            throw new UnderstudyException(
                    ErrorCode.LOCKED,
                    "cannot bring the filestores up to date: agent-primary prune runs, or this does already",
                    "wait until it is done");
        }
        return states;
    }
}

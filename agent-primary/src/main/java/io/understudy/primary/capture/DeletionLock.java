package io.understudy.primary.capture;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Keeps this server's snapshots and deletions of blobs apart. A snapshot may find a blob that nothing names any more
 * and write it again at the moment that retention deletes it; no filestore can delete on condition, so the two take
 * turns: a snapshot for the whole of its way, retention for moments.
 */
public final class DeletionLock {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Path file;
    private final Ticker ticker;

    /** @param state folder of durable state */
    public DeletionLock(Path state, Ticker ticker) {
        this.file = StateEntry.DELETION_LOCK.in(state);
        this.ticker = Objects.requireNonNull(ticker);
    }

    /**
     * Waits until nothing is being deleted.
     *
     * @throws UnderstudyException {@code LOCKED} when that takes longer than a minute; {@code CANCELLED} when
     *     interrupted
     */
    ProcessLock forSnapshot() {
        return ProcessLock.acquire(
                file,
                new ProcessLock.Wait(PATIENCE, LOOK, ticker),
                "finish the snapshot",
                () -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot take a snapshot: " + ProcessLock.holder(file) + " is deleting content",
                        "wait until agent-primary prune is done"));
    }

    /** To be held for a second or so. Empty while a snapshot is taken. */
    public Optional<ProcessLock> forDeletion() {
        return ProcessLock.tryAcquire(file);
    }
}

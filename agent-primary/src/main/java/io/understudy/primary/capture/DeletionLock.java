package io.understudy.primary.capture;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
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
    private static final String LOCK = "deletion.lock";
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Path file;
    private final Ticker ticker;

    /** @param state folder of durable state */
    public DeletionLock(Path state, Ticker ticker) {
        this.file = state.resolve(LOCK);
        this.ticker = Objects.requireNonNull(ticker);
    }

    /**
     * Waits until nothing is being deleted.
     *
     * @throws UnderstudyException {@code LOCKED} when that takes longer than a minute; {@code CANCELLED} when
     *     interrupted
     */
    ProcessLock forSnapshot() {
        long start = ticker.nanos();
        Optional<ProcessLock> held = ProcessLock.tryAcquire(file);
        while (held.isEmpty()) {
            if (ticker.since(start).compareTo(PATIENCE) >= 0) {
                throw new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot take a snapshot: " + ProcessLock.holder(file) + " is deleting content",
                        "wait until agent-primary prune is done");
            }
            ticker.pause(LOOK, "finish the snapshot");
            held = ProcessLock.tryAcquire(file);
        }
        return held.get();
    }

    /** To be held for a second or so. Empty while a snapshot is taken. */
    public Optional<ProcessLock> forDeletion() {
        return ProcessLock.tryAcquire(file);
    }
}

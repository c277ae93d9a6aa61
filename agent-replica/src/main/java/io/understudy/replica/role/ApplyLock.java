package io.understudy.replica.role;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import java.nio.file.Path;
import java.util.Optional;

/** The two locks of a replica in its state folder: one held by the daemon as long as it runs, one by whoever changes anything. */
public final class ApplyLock {
    private final Path work;
    private final Path daemon;

    public ApplyLock(Path state) {
        this.work = state.resolve("replica.lock");
        this.daemon = state.resolve("replica-daemon.lock");
    }

    /**
     * Held while anything of this replica is changed.
     *
     * @throws UnderstudyException {@code LOCKED} when somebody holds it
     */
    public ProcessLock acquire() {
        return ProcessLock.tryAcquire(work)
                .orElseThrow(
                        () -> locked("cannot change this replica: " + ProcessLock.holder(work) + " is at work on it"));
    }

    /** @throws UnderstudyException {@code LOCKED} when a daemon runs */
    public ProcessLock acquireDaemon() {
        return ProcessLock.tryAcquire(daemon)
                .orElseThrow(() -> locked("cannot start: " + ProcessLock.holder(daemon) + " is this replica's daemon"));
    }

    /** Whether a daemon runs, in whatever process. */
    public boolean daemonRuns() {
        Optional<ProcessLock> free = ProcessLock.tryAcquire(daemon);
        free.ifPresent(ProcessLock::close);
        return free.isEmpty();
    }

    private static UnderstudyException locked(String message) {
        return new UnderstudyException(ErrorCode.LOCKED, message, "wait until it is done, see agent-replica status");
    }
}

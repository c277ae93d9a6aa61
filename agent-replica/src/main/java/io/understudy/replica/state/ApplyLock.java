package io.understudy.replica.state;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The two locks of a replica in its state folder: one held by the daemon as long as it runs, one by anyone who changes
 * anything.
 */
public final class ApplyLock {
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);
    /** Far longer than {@link #daemonRuns} holds the lock. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Path work;
    private final Path daemon;

    public ApplyLock(Path state) {
        this.work = StateEntry.REPLICA_LOCK.in(state);
        this.daemon = StateEntry.DAEMON_LOCK.in(state);
    }

    /**
     * Held while anything of this replica is changed.
     *
     * @throws UnderstudyException {@code LOCKED} when another process holds it
     */
    public ProcessLock acquire() {
        return ProcessLock.tryAcquire(work).orElseThrow(this::busy);
    }

    /**
     * As {@link #acquire()}, but waits for a process that only reads: an idle daemon does so for a moment at each poll.
     *
     * @throws UnderstudyException {@code LOCKED} when another process holds it all the time, {@code CANCELLED} when
     *     interrupted
     */
    public ProcessLock acquire(Duration patience, Ticker ticker) {
        return ProcessLock.acquire(
                work, new ProcessLock.Wait(patience, BETWEEN_TRIES, ticker), "change this replica", this::busy);
    }

    /**
     * Held by the daemon as long as it runs. Waits for a command that is only looking whether one does.
     *
     * @throws UnderstudyException {@code LOCKED} when a daemon runs, {@code CANCELLED} when interrupted
     */
    public ProcessLock acquireDaemon(Ticker ticker) {
        return ProcessLock.acquire(
                daemon,
                new ProcessLock.Wait(LOOK, BETWEEN_TRIES, ticker),
                "start",
                () -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot start: agent-replica runs here already, as " + ProcessLock.holder(daemon),
                        "only one daemon runs per state folder; stop the other one, or keep it: agent-replica status shows what it does"));
    }

    /** Whether a daemon runs, in whatever process. */
    public boolean daemonRuns() {
        Optional<ProcessLock> free = ProcessLock.tryAcquire(daemon);
        free.ifPresent(ProcessLock::close);
        return free.isEmpty();
    }

    private UnderstudyException busy() {
        return new UnderstudyException(
                ErrorCode.LOCKED,
                "cannot change this replica: " + ProcessLock.holder(work) + " is working on it",
                "wait until it is done, see agent-replica status");
    }
}

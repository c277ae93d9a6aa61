package io.understudy.replica.state;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

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
        return ProcessLock.tryAcquire(work)
                .orElseThrow(
                        () -> locked("cannot change this replica: " + ProcessLock.holder(work) + " is working on it"));
    }

    /**
     * As {@link #acquire()}, but waits for a process that only reads: an idle daemon does so for a moment at each poll.
     *
     * @throws UnderstudyException {@code LOCKED} when another process holds it all the time, {@code CANCELLED} when
     *     interrupted
     */
    public ProcessLock acquire(Duration patience, Ticker ticker) {
        return patiently(this::acquire, patience, ticker);
    }

    /**
     * Held by the daemon as long as it runs. Waits for a command that is only looking whether one does.
     *
     * @throws UnderstudyException {@code LOCKED} when a daemon runs, {@code CANCELLED} when interrupted
     */
    public ProcessLock acquireDaemon(Ticker ticker) {
        return patiently(this::acquireDaemon, LOOK, ticker);
    }

    private ProcessLock acquireDaemon() {
        return ProcessLock.tryAcquire(daemon)
                .orElseThrow(
                        () -> new UnderstudyException(
                                ErrorCode.LOCKED,
                                "cannot start: agent-replica runs here already, as " + ProcessLock.holder(daemon),
                                "only one daemon runs per state folder; stop the other one, or keep it: agent-replica status shows what it does"));
    }

    private static ProcessLock patiently(Supplier<ProcessLock> lock, Duration patience, Ticker ticker) {
        long start = ticker.nanos();
        while (true) {
            try {
                return lock.get();
            } catch (UnderstudyException e) {
                if (e.code() != ErrorCode.LOCKED || ticker.since(start).compareTo(patience) >= 0) {
                    throw e;
                }
            }
            pause(ticker);
        }
    }

    private static void pause(Ticker ticker) {
        try {
            ticker.sleep(BETWEEN_TRIES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnderstudyException(ErrorCode.CANCELLED, "wait for the lock interrupted", "run it again", e);
        }
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

package io.understudy.primary.quiesce;

import io.understudy.failure.Cancellation;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose turn it is to stop and start the site, among threads and processes: a snapshot's from before it stops the site
 * until its start has ended, or that of one attempt to start a site that was left stopped. The commands need no other
 * lock, so that one that hangs holds up nothing else. A kill ends it.
 */
public final class SiteTurn {
    private static final Logger LOG = LoggerFactory.getLogger(SiteTurn.class);

    /** Behind the limit of a command, for it to be killed. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private static final String WHAT = "wait for the site";
    private static final Duration BETWEEN = Duration.ofMillis(200);

    private final Path file;
    private final Duration longest;
    private final Ticker ticker;

    /**
     * @param state the agents' state folder
     * @param limit of each command
     */
    public SiteTurn(Path state, Duration limit, Ticker ticker) {
        this.file = StateEntry.QUIESCE_SITE_LOCK.in(state);
        this.longest = limit.plus(MARGIN);
        this.ticker = ticker;
    }

    /** How long one turn is waited for. */
    Duration longest() {
        return longest;
    }

    /** @throws UnderstudyException {@code DISK_FULL}, {@code FILE_*} */
    Optional<ProcessLock> tryTake() {
        return ProcessLock.tryAcquire(file);
    }

    /**
     * Waits for an attempt that is under way.
     *
     * @throws UnderstudyException {@code LOCKED}, {@code CANCELLED}, {@code DISK_FULL}, {@code FILE_*}
     */
    ProcessLock take() {
        // In a thread that is interrupted no lock can be had, for another reason.
        Cancellation.check(WHAT);
        return ProcessLock.acquire(
                file,
                new ProcessLock.Wait(longest, BETWEEN, ticker),
                WHAT,
                () -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot stop or start the site: " + ProcessLock.holder(file) + " is doing so",
                        "wait until it is done"));
    }

    /**
     * What another part of the agent does with the site: behind an attempt that is under way, which may end with a
     * stop. Where the turn does not come in time, or cannot be had at all, it is done all the same.
     *
     * @throws UnderstudyException {@code CANCELLED}, and those of the work
     */
    public void behind(Runnable work) {
        Optional<ProcessLock> held = Optional.empty();
        try {
            held = Optional.of(take());
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            LOG.warn("what is done with the site waits no longer: {}", e.getMessage());
        }
        try {
            work.run();
        } finally {
            held.ifPresent(ProcessLock::close);
        }
    }

    /** Returns when no attempt is under way, also in a thread that is interrupted. */
    void await() {
        Uninterrupted.run("quiesce-waiting", () -> {
            try {
                take().close();
            } catch (UnderstudyException e) {
                // Waited long enough; or the lock can't be had, and so none holds it.
                return;
            }
        });
    }
}

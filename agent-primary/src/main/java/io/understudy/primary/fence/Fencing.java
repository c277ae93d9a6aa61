package io.understudy.primary.fence;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.fence.FencedNote.Reason;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.time.Backoff;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Runs {@code on_fenced}, which stops the site: at once when another server's higher epoch was seen, and, where
 * {@code fence.unreachable} is {@code stop}, when no filestore has answered for {@code fence.lease}. Once for each
 * epoch that is over, tried again until it ends well; one that was killed with the agent runs again. The command runs
 * in a thread of its own. Without a command it does nothing.
 *
 * <p>Used by one thread, but for the command's own.
 */
public final class Fencing {
    /** What the agent's loop knows of this server. */
    public record Seen(boolean fenced, boolean mayServe, int epoch, Optional<UnderstudyException> failure) {
        private boolean isCutOff() {
            return mayServe
                    && epoch > 0
                    && failure.filter(why -> why.code().kind() == ErrorKind.FILESTORE)
                            .isPresent();
        }
    }

    private final Runnable command;
    private final boolean configured;
    private final Optional<Duration> lease;
    private final StateFile<FencedNote> file;
    private final Executor worker;
    private final Backoff backoff;
    private final Events events;
    private final Clock clock;
    private final Ticker ticker;
    private Optional<FencedNote> note = Optional.empty();
    private boolean read;
    private boolean cutOff;
    private long cutOffSince;
    private boolean again;
    private long triedAt;
    private Duration pause = Duration.ZERO;
    private volatile boolean running;
    private volatile boolean failed;

    /**
     * @param command of {@code on_fenced}; throws UnderstudyException; empty: none is configured
     * @param lease empty: the site goes on while no filestore answers
     * @param worker runs the command
     */
    public Fencing(
            Optional<Runnable> command,
            Optional<Duration> lease,
            StateFile<FencedNote> file,
            Executor worker,
            Backoff backoff,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.command = command.orElse(() -> {});
        this.configured = command.isPresent();
        this.lease = lease;
        this.file = file;
        this.worker = worker;
        this.backoff = backoff;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
    }

    /** @param state the state folder */
    public static StateFile<FencedNote> note(Path state) {
        return StateFile.in(state, StateEntry.FENCED, FencedNote.class);
    }

    /** One look, with each turn of the agent's loop. Does not wait for the command. */
    public void look(Seen seen) {
        if (!configured) {
            return;
        }
        if (!read) {
            note = file.read();
            read = true;
        }
        if (seen.fenced()) {
            cutOff = false;
            run(seen.epoch(), Reason.OVERTAKEN);
        } else if (seen.isCutOff()) {
            if (!cutOff) {
                cutOff = true;
                cutOffSince = ticker.nanos();
            }
            if (lease.filter(limit -> ticker.since(cutOffSince).compareTo(limit) >= 0)
                    .isPresent()) {
                run(seen.epoch(), Reason.LEASE);
            }
        } else if (seen.failure().isEmpty() || !seen.mayServe()) {
            // What else fails says nothing of the filestore: the count goes on.
            cutOff = false;
            reached(seen);
        }
    }

    /** The filestore answers, and this server's epoch is the highest: the next outage counts from its beginning. */
    private void reached(Seen seen) {
        if (seen.mayServe()
                && !running
                && note.filter(last -> last.isOf(seen.epoch(), Reason.LEASE)).isPresent()) {
            file.delete();
            note = Optional.empty();
            events.report(new PrimaryEvent.LeaseRegained(seen.epoch()));
        }
    }

    private void run(int epoch, Reason reason) {
        if (running
                || note.filter(last -> last.isOf(epoch, reason) && last.done()).isPresent()) {
            return;
        }
        if (failed) {
            failed = false;
            again = true;
            pause = backoff.next();
            triedAt = ticker.nanos();
        }
        if (again && ticker.since(triedAt).compareTo(pause) < 0) {
            return;
        }
        keep(new FencedNote(epoch, reason, false, clock.instant()));
        running = true;
        worker.execute(() -> stop(epoch, reason));
    }

    private void stop(int epoch, Reason reason) {
        try {
            command.run();
            keep(new FencedNote(epoch, reason, true, clock.instant()));
            again = false;
            backoff.reset();
            events.report(
                    reason == Reason.OVERTAKEN
                            ? new PrimaryEvent.FencedSiteStopped(epoch)
                            : new PrimaryEvent.LeaseExpired(epoch, lease.orElse(Duration.ZERO)));
        } catch (UnderstudyException e) {
            failed = true;
            events.report(new PrimaryEvent.FencedSiteRuns(epoch, e));
        } catch (RuntimeException e) {
            failed = true;
            events.report(new CommonEvent.Defect("the stop of a fenced site", e));
        } finally {
            running = false;
        }
    }

    /** Where it can't be kept the command runs all the same: it would run again after a restart. */
    private void keep(FencedNote now) {
        note = Optional.of(now);
        file.write(now);
    }
}

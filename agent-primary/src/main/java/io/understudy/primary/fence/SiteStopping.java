package io.understudy.primary.fence;

import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.fence.FencedNote.Reason;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.tasks.BoundedCall;
import io.understudy.time.Backoff;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@code on_fenced}, which stops the site of this server: once for each epoch and reason, tried again until it
 * ends well; one that was killed with the agent runs again. After a boot of the host, which may have started the site,
 * it runs once more. Without a command it does nothing.
 *
 * <p>Thread-safe. Its callers wait for no command and for no disk: both belong to the worker.
 */
public final class SiteStopping {
    private static final Logger LOG = LoggerFactory.getLogger(SiteStopping.class);
    private static final Duration NOTING = Duration.ofSeconds(1);

    private final BoundedCall notes = BoundedCall.threads("fence-note", 1, "agent-primary");
    private final Optional<Runnable> command;
    private final StateFile<FencedNote> file;
    private final Executor worker;
    private final Backoff backoff;
    private final Optional<String> boot;
    private final Events events;
    private final Clock clock;
    private final Ticker ticker;
    /** That it has ended well in this boot of the host. */
    private Optional<FencedNote> note;

    /** That it was begun, and has not: the file says so, or it is of another boot. */
    private Optional<FencedNote> begun;

    private boolean running;
    private boolean failed;
    private long triedAt;
    private Duration pause = Duration.ZERO;

    /**
     * @param command of {@code on_fenced}; throws UnderstudyException; empty: none is configured
     * @param worker runs the command, and keeps the note of it
     * @param boot names that of the host; empty where it is not known: then each counts as the same one
     */
    public SiteStopping(
            Optional<Runnable> command,
            StateFile<FencedNote> file,
            Executor worker,
            Backoff backoff,
            Optional<String> boot,
            Events events,
            Clock clock,
            Ticker ticker) {
        this.command = command;
        this.file = file;
        this.worker = worker;
        this.backoff = backoff;
        this.boot = boot;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
        Optional<FencedNote> found = command.flatMap(each -> file.read());
        this.note = found.filter(each -> each.hasEndedIn(boot));
        this.begun = found.filter(each -> !each.hasEndedIn(boot));
    }

    /** @param state the state folder */
    public static StateFile<FencedNote> note(Path state) {
        return StateFile.in(state, StateEntry.FENCED, FencedNote.class);
    }

    /**
     * Has the site stopped, unless that was done, is under way, or failed a moment ago.
     *
     * @param done what is reported then
     */
    synchronized void stop(int epoch, Reason reason, Event done) {
        boolean waits = failed && ticker.since(triedAt).compareTo(pause) < 0;
        if (command.isPresent() && !running && !waits && !isDone(epoch, reason)) {
            running = true;
            worker.execute(() -> run(new FencedNote(epoch, reason, clock.instant(), boot), done));
        }
    }

    private boolean isDone(int epoch, Reason reason) {
        return isOf(note, epoch, reason);
    }

    private static boolean isOf(Optional<FencedNote> note, int epoch, Reason reason) {
        return note.filter(last -> last.isOf(epoch, reason)).isPresent();
    }

    /** The site may run again: the next time it is stopped once more. @return whether it had been stopped for that */
    synchronized boolean forget(int epoch, Reason reason) {
        boolean done = isDone(epoch, reason);
        if (running || !done && !isOf(begun, epoch, reason)) {
            return false;
        }
        note = done ? Optional.empty() : note;
        begun = Optional.empty();
        worker.execute(file::delete);
        return done;
    }

    private void run(FencedNote now, Event done) {
        boolean ended = false;
        try {
            noteBegun(now);
            command.orElseThrow().run();
            ended = true;
        } catch (UnderstudyException e) {
            events.report(new PrimaryEvent.FencedSiteRuns(now.epoch(), e));
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the stop of a fenced site", e));
        } finally {
            ended(now, ended);
        }
        if (ended) {
            events.report(done);
            // Where it can't be kept the command runs once more after a restart.
            file.write(now);
        }
    }

    /** Before: what starts the site in the same moment stops it again. A disk that hangs keeps no site running. */
    private void noteBegun(FencedNote now) {
        try {
            notes.within(NOTING, "note that on_fenced runs", () -> {
                file.write(now.begun());
                return now;
            });
        } catch (RuntimeException e) {
            LOG.warn("on_fenced runs though the disk takes no note of it within {} s", NOTING.toSeconds());
            LOG.debug("the note of on_fenced", e);
        }
    }

    private synchronized void ended(FencedNote now, boolean well) {
        running = false;
        failed = !well;
        begun = well ? Optional.empty() : Optional.of(now);
        if (well) {
            note = Optional.of(now);
            backoff.reset();
        } else {
            triedAt = ticker.nanos();
            pause = backoff.next();
        }
    }
}

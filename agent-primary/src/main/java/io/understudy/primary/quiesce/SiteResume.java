package io.understudy.primary.quiesce;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.events.PrimaryEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Starts a site that a snapshot stopped and did not start again: the agent was killed, or the start failed. */
public final class SiteResume {
    private final QuiesceCommands commands;
    private final SiteState state;
    private final SiteTurn turn;
    private final SiteStart start;
    private final StartRight right;
    private final EpochQuestion epoch;
    private final List<TreeSettings> trees;
    private final Events events;
    private volatile Optional<UnderstudyException> refused = Optional.empty();

    public SiteResume(
            QuiesceCommands commands,
            SiteState state,
            SiteTurn turn,
            StartRight right,
            EpochQuestion epoch,
            List<TreeSettings> trees,
            Events events) {
        this.commands = commands;
        this.state = state;
        this.turn = turn;
        this.start = new SiteStart(commands, state, right, events);
        this.right = right;
        this.epoch = epoch;
        this.trees = List.copyOf(trees);
        this.events = events;
    }

    /** Whether there is something to do: nothing is asked but the state folder. */
    public boolean isDue() {
        return state.isNoted();
    }

    /** Whether the site is to be started: not only what was frozen is left. */
    public boolean isStopped() {
        return state.phase().isDown();
    }

    /** Why this server may not start the site; also that of the last attempt, whose note is gone. */
    public Optional<UnderstudyException> refusal() {
        return refused.or(right::refusal);
    }

    /**
     * An operator has the site started also where {@code agent-primary shutdown} stopped it. Behind an attempt that is
     * under way: it stops the site once more, and for good.
     *
     * @throws UnderstudyException {@code LOCKED}, {@code CANCELLED}, {@code DISK_FULL}, {@code FILE_*}
     */
    public void endForGood() {
        StoppedForGood forGood = right.forGood();
        if (!forGood.isSo()) {
            return;
        }
        ProcessLock held = turn.take();
        try {
            if (!isStopped()) {
                Instant since = forGood.since();
                state.left(since, right.fence().filter(when -> when.isBefore(since)));
            }
            forGood.over();
        } finally {
            held.close();
        }
    }

    /**
     * While no other snapshot is taken. Idempotent. Where this server may not start the site, it stays stopped, and
     * only what was frozen is removed: nothing starts it later because of this note.
     *
     * @return when the site was stopped; empty where it was not, or was not started
     * @throws UnderstudyException {@code COMMAND_*}, {@code LOCKED} where it cannot be started: it is to be tried again
     */
    public Optional<Instant> run() {
        Optional<Instant> started = Optional.empty();
        if (isStopped()) {
            ProcessLock held = turn.take();
            try {
                started = start();
            } finally {
                held.close();
            }
        }
        clear();
        return started;
    }

    /**
     * One attempt, also while a snapshot is taken.
     *
     * @return false where one is under way, or a snapshot has the site stopped: nothing was done
     * @throws UnderstudyException {@code COMMAND_*}
     */
    boolean tryStart() {
        Optional<ProcessLock> held = turn.tryTake();
        if (held.isPresent()) {
            try {
                start();
            } finally {
                held.get().close();
            }
        }
        return held.isPresent();
    }

    /** In its turn: what another one has done before is seen. */
    private Optional<Instant> start() {
        if (!isStopped()) {
            return Optional.empty();
        }
        Instant stopped = state.stopped();
        refused = start.run(right.refusal().or(epoch::refusal));
        if (refused.isPresent()) {
            return Optional.empty();
        }
        events.report(new PrimaryEvent.SiteResumed(stopped));
        return Optional.of(stopped);
    }

    /** Removes what was frozen, and the note with it: while no snapshot reads it. */
    void clear() {
        if (!isDue() || isStopped()) {
            return;
        }
        try {
            trees.forEach(LinkFarm::remove);
            commands.thaw();
            state.over();
            events.report(new PrimaryEvent.QuiesceCleared());
        } catch (UnderstudyException e) {
            events.report(new PrimaryEvent.QuiesceLeftover(e));
        }
    }

    /** Returns when no attempt is under way, also in a thread that is interrupted. */
    void awaitAttempt() {
        turn.await();
    }
}

package io.understudy.primary.quiesce;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.state.StateFile;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Starts a site that an agent stopped around the moment of a snapshot, and did not start again: it was killed. */
public final class SiteResume {
    private final QuiesceCommands commands;
    private final StateFile<QuiesceNote> note;
    private final List<TreeSettings> trees;
    private final Events events;
    private final Clock clock;

    public SiteResume(
            QuiesceCommands commands,
            StateFile<QuiesceNote> note,
            List<TreeSettings> trees,
            Events events,
            Clock clock) {
        this.commands = commands;
        this.note = note;
        this.trees = List.copyOf(trees);
        this.events = events;
        this.clock = clock;
    }

    /** Whether there is something to do: nothing is asked but the state folder. */
    public boolean isDue() {
        return note.exists();
    }

    /** Whether the site may be stopped: not only what was frozen is left. */
    public boolean isStopped() {
        return note.exists() && note.read().map(found -> !found.running()).orElse(true);
    }

    /**
     * While no snapshot is taken. Idempotent.
     *
     * @return when the site was stopped; empty where it was not
     * @throws UnderstudyException {@code COMMAND_*} where it cannot be started: it is to be tried again
     */
    public Optional<Instant> run() {
        if (!note.exists()) {
            return Optional.empty();
        }
        // One that cannot be read was written for the same reason.
        QuiesceNote found = note.read().orElseGet(() -> new QuiesceNote(clock.instant(), false));
        if (!found.running()) {
            commands.start();
            note.write(found.started());
            events.report(new PrimaryEvent.SiteResumed(found.stopped()));
        }
        try {
            trees.forEach(LinkFarm::remove);
            commands.thaw();
            note.delete();
        } catch (UnderstudyException e) {
            events.report(new PrimaryEvent.QuiesceLeftover(e));
        }
        return found.running() ? Optional.empty() : Optional.of(found.stopped());
    }
}

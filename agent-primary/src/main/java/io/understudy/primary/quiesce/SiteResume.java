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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a site that an agent stopped around the moment of a snapshot, and did not start again: it was killed. */
public final class SiteResume {
    private static final Logger LOG = LoggerFactory.getLogger(SiteResume.class);

    private final QuiesceCommands commands;
    private final StateFile<QuiesceNote> note;
    private final StartRight right;
    private final List<TreeSettings> trees;
    private final Events events;
    private final Clock clock;

    public SiteResume(
            QuiesceCommands commands,
            StateFile<QuiesceNote> note,
            StartRight right,
            List<TreeSettings> trees,
            Events events,
            Clock clock) {
        this.commands = commands;
        this.note = note;
        this.right = right;
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

    /** Why this server may not start the site. */
    public Optional<UnderstudyException> refusal() {
        return right.refusal();
    }

    /**
     * While no snapshot is taken. Idempotent. Where this server may not start the site, it stays stopped, and only what
     * was frozen is removed: nothing starts it later because of this note.
     *
     * @return when the site was stopped; empty where it was not, or was not started
     * @throws UnderstudyException {@code COMMAND_*} where it cannot be started: it is to be tried again
     */
    public Optional<Instant> run() {
        if (!note.exists()) {
            return Optional.empty();
        }
        // One that cannot be read was written for the same reason.
        QuiesceNote found = note.read().orElseGet(() -> new QuiesceNote(clock.instant(), false));
        boolean starts = !found.running() && isStarted(found);
        if (starts) {
            events.report(new PrimaryEvent.SiteResumed(found.stopped()));
        }
        try {
            trees.forEach(LinkFarm::remove);
            commands.thaw();
            note.delete();
        } catch (UnderstudyException e) {
            events.report(new PrimaryEvent.QuiesceLeftover(e));
        }
        return starts ? Optional.of(found.stopped()) : Optional.empty();
    }

    /** Fenced while the start ran, it may have come behind the command that stops a fenced site. */
    private boolean isStarted(QuiesceNote found) {
        Optional<UnderstudyException> refusal = right.refusal();
        if (refusal.isEmpty()) {
            commands.start();
            refusal = right.refusal();
            if (refusal.isPresent()) {
                commands.stop();
            }
        }
        refusal.ifPresent(why -> LOG.warn("{}; hint: {}", why.getMessage(), why.hint()));
        note.write(found.settled());
        return refusal.isEmpty();
    }
}

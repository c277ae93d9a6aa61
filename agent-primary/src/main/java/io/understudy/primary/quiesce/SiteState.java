package io.understudy.primary.quiesce;

import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * The one owner of {@code quiesce.json}. The phase is that of the file, so that all of this process and those after it
 * see the same. Only the one who has the {@link SiteTurn} changes it. Thread-safe.
 */
public final class SiteState {
    private final StateFile<QuiesceNote> note;
    private final Clock clock;
    /** By the note's time which stop it ends, for another process may have ended that; empty inside: none was kept. */
    private volatile Optional<Optional<Instant>> begun = Optional.empty();

    /** @param state the agents' state folder */
    public SiteState(Path state, Clock clock) {
        this.note = StateFile.in(state, StateEntry.QUIESCE, QuiesceNote.class);
        this.clock = clock;
    }

    /** Whether there is something to do: to start the site, or to remove what was frozen. */
    public boolean isNoted() {
        return note.exists();
    }

    /** A note that cannot be read was written for the same reason as others. */
    public SitePhase phase() {
        return now().map(QuiesceNote::phase).orElse(SitePhase.RUNNING);
    }

    /** When the site that is down was about to be stopped; now where it is not down. */
    public Instant stopped() {
        return now().filter(found -> found.phase().isDown())
                .map(QuiesceNote::stopped)
                .orElseGet(clock::instant);
    }

    private Optional<QuiesceNote> now() {
        Optional<QuiesceNote> found = note.read();
        return found.isEmpty() && note.exists()
                ? Optional.of(new QuiesceNote(clock.instant(), SitePhase.QUIET, Optional.empty()))
                : found;
    }

    /**
     * Without it nothing would start the site after a crash: it is not stopped then.
     *
     * @param fenced what was known of {@code on_fenced} when the snapshot began
     * @throws io.understudy.failure.UnderstudyException {@code DISK_FULL}, {@code FILE_*}: it is not noted
     */
    void stopping(Optional<Instant> fenced) {
        require(SitePhase.STOPPING);
        note.keep(new QuiesceNote(stopped(), SitePhase.STOPPING, fenced));
    }

    /** Of a site that is noted by now: where a full disk takes no note, the one before has the site started, too. */
    void enter(SitePhase next) {
        Optional<QuiesceNote> found = now();
        // One that was removed by hand holds up no start.
        if (found.isPresent()) {
            require(next);
        }
        note.write(new QuiesceNote(
                found.map(QuiesceNote::stopped).orElseGet(clock::instant), next, found.flatMap(QuiesceNote::fenced)));
    }

    private void require(SitePhase next) {
        SitePhase phase = phase();
        if (!phase.leadsTo(next)) {
            throw new IllegalStateException("the site is " + phase + " and cannot become " + next);
        }
    }

    /** An operator has a site started that was stopped for good at that time, when that was known of on_fenced. */
    void left(Instant stopped, Optional<Instant> fenced) {
        note.keep(new QuiesceNote(stopped, SitePhase.QUIET, fenced));
    }

    /** Nothing is left to do. */
    void over() {
        begun = Optional.empty();
        note.delete();
    }

    /** Whether this process began a start of the site as it is stopped now, and did not undo it. */
    boolean hasBegun() {
        return begun.equals(Optional.of(noted()));
    }

    /** A command that starts it runs now. */
    void begin() {
        begun = Optional.of(noted());
    }

    /** That has ended well, or was undone. */
    void end() {
        begun = Optional.empty();
    }

    private Optional<Instant> noted() {
        return now().map(QuiesceNote::stopped);
    }
}

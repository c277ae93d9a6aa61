package io.understudy.primary.quiesce;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.fence.FencedNote;
import io.understudy.primary.fence.SiteStopping;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether this server may start the site that it stopped, as far as it knows: asked before each start, and once more
 * behind it, of a site that was stopped by then. It asks no filestore: a site does not stay stopped for one that is
 * away.
 */
public final class StartRight {
    private final Marker marker;
    private final EpochStore epochs;
    private final StateFile<FencedNote> fenced;
    private final StateFile<QuiesceNote> note;
    private final StoppedForGood forGood;

    /** @param state the agents' state folder */
    public StartRight(Path state, Marker marker, EpochStore epochs, StoppedForGood forGood) {
        this.marker = marker;
        this.epochs = epochs;
        this.fenced = SiteStopping.note(state);
        this.note = StateFile.in(state, StateEntry.QUIESCE, QuiesceNote.class);
        this.forGood = forGood;
    }

    StoppedForGood forGood() {
        return forGood;
    }

    /** @return why it may not; empty: it may */
    public Optional<UnderstudyException> refusal() {
        if (marker.present()) {
            return refused(
                    ErrorCode.BACKUP_MODE,
                    "this server is in backup mode (" + marker.file() + " exists)",
                    "the site runs on the primary");
        }
        if (epochs.isKnownOvertaken()) {
            return Optional.of(overtaken());
        }
        Optional<UnderstudyException> shutdown = shutdown();
        if (shutdown.isPresent()) {
            return shutdown;
        }
        // An older one is over: a filestore confirmed the epoch before the snapshot stopped the site.
        return note.read().flatMap(each -> fencedSince(each.fenced()));
    }

    /**
     * The time in the note of {@code on_fenced}, where that is of this server's epoch. It names the note, however the
     * clock of this host was set since.
     */
    Optional<Instant> fence() {
        Optional<Integer> held = epochs.known().map(EpochClaim::epoch);
        return fenced.read()
                .filter(stop -> held.equals(Optional.of(stop.epoch())))
                .map(FencedNote::when);
    }

    private Optional<UnderstudyException> fencedSince(Optional<Instant> then) {
        return fence().filter(now -> !then.equals(Optional.of(now))).isPresent()
                ? refused(
                        ErrorCode.FENCED,
                        "on_fenced stopped it, for another server may have been promoted",
                        "see agent-primary status; start the site by its own command where this server is the primary")
                : Optional.empty();
    }

    /** Why a snapshot does not stop the site that knew that of {@code on_fenced} when it began. */
    Optional<UnderstudyException> since(Optional<Instant> fence) {
        return shutdown().or(() -> fencedSince(fence));
    }

    /** Why no snapshot stops or starts the site: {@code agent-primary shutdown} did. */
    Optional<UnderstudyException> shutdown() {
        return forGood.isSo()
                ? refused(
                        ErrorCode.SITE_STOPPED,
                        "agent-primary shutdown stopped it for good",
                        "start it with agent-primary quiesce --resume, also where it runs by now: only then snapshots"
                                + " stop and start it again")
                : Optional.empty();
    }

    static UnderstudyException overtaken() {
        return refused(
                        ErrorCode.FENCED,
                        "another server was promoted after this one",
                        "the site runs there; make this server a standby with agent-replica rejoin")
                .orElseThrow();
    }

    private static Optional<UnderstudyException> refused(ErrorCode code, String why, String hint) {
        return Optional.of(new UnderstudyException(code, "the site is not started: " + why, hint));
    }
}

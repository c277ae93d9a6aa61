package io.understudy.replica.state;

import io.understudy.config.Settings;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * That the names of the site are to be pointed to this server at the end of its promotion: {@code names-due.json} in
 * the state folder. It is noted before the promotion, so that the daemon points them whichever process finishes that,
 * and deleted when they point here, or this server is a standby again.
 *
 * <p>It counts for the promotion of its epoch alone: what is left of one that was withdrawn, or that is over, moves no
 * names. Where the disk takes no note this process knows of it all the same. Thread-safe.
 *
 * <pre>{"format":1,"epoch":3,"check":"0f343b0931126a20"}</pre>
 */
public final class NamesDue {
    private static final int NONE = 0;

    private final boolean configured;
    private final StateFile<Note> file;
    /** The epoch of the note, where it was written by this process. */
    private int noted = NONE;
    /** The promotion of this epoch came to its end in this process. */
    private int promoted = NONE;
    /** That of this epoch is over, whether or not the disk let the note go. */
    private int over = NONE;

    private record Note(int epoch) {}

    private NamesDue(Path state, boolean configured) {
        this.configured = configured;
        this.file = StateFile.in(state, StateEntry.NAMES_DUE, Note.class);
    }

    /** Where {@code dns} is not configured nothing is ever noted. */
    public static NamesDue of(Settings settings) {
        return new NamesDue(settings.state(), settings.failover().dns().isPresent());
    }

    /**
     * Before a promotion is noted.
     *
     * @param epoch that it claims
     * @param wanted whether the names are to be pointed here at its end
     */
    public synchronized void intend(int epoch, boolean wanted) {
        if (!configured) {
            return;
        }
        clear();
        promoted = NONE;
        over = wanted ? NONE : epoch;
        if (wanted) {
            noted = epoch;
            file.write(new Note(epoch));
        }
    }

    /**
     * The promotion that claimed this epoch is done: from now on the names are due, where it was to point them.
     *
     * @param serves false: another server holds the epoch, and no names are due
     */
    public synchronized void promoted(int epoch, boolean serves) {
        promoted = epoch;
        if (!serves) {
            clear();
        }
    }

    /** Of which epoch there is a note, be its promotion done or not. */
    public synchronized Optional<Integer> epoch() {
        if (!configured) {
            return Optional.empty();
        }
        int found = noted != NONE ? noted : file.read().map(Note::epoch).orElse(NONE);
        return Optional.of(found).filter(each -> each != NONE && each != over);
    }

    /**
     * Whether the names are due now.
     *
     * @param state of this server, which has no marker; asked where there is a note
     * @return the epoch of the promotion that left them to be pointed here
     */
    public synchronized Optional<Integer> due(Supplier<ReplicaState> state) {
        return epoch().filter(
                        each -> each == promoted || state.get() instanceof Promoted serves && serves.epoch() == each);
    }

    /** The names of that promotion are not due any more. One that was noted since stays. */
    public synchronized void clear(int epoch) {
        if (epoch().equals(Optional.of(epoch))) {
            clear();
        }
    }

    /** No names are due. */
    public synchronized void clear() {
        epoch().ifPresent(each -> {
            over = each;
            noted = NONE;
            file.delete();
        });
    }
}

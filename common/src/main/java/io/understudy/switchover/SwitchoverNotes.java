package io.understudy.switchover;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.state.StateStorage;
import io.understudy.switchover.SwitchoverNote.Step;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * The durable {@link SwitchoverNote} of this server, and the only way to change it: what a method returned for is on
 * disk. The primary's agent changes it; the replica's agent deletes it at the end. Within one process the changes are
 * made one after the other, so a final snapshot is never committed after it was decided to go back.
 */
public final class SwitchoverNotes {
    private static final Object CHANGES = new Object();

    private final StateFile<SwitchoverNote> file;
    private final Clock clock;

    /** @param state the agents' state folder */
    public SwitchoverNotes(Path state, Clock clock) {
        this(StateFile.in(state, StateEntry.SWITCHOVER, SwitchoverNote.class), clock);
    }

    public SwitchoverNotes(StateStorage storage, Clock clock) {
        this(new StateFile<>(storage, StateEntry.SWITCHOVER, SwitchoverNote.class), clock);
    }

    private SwitchoverNotes(StateFile<SwitchoverNote> file, Clock clock) {
        this.file = file;
        this.clock = clock;
    }

    /** Empty where no switchover of this server is under way. */
    public Optional<SwitchoverNote> read() {
        return file.read();
    }

    /**
     * Says whether one is under way in which this server has not left its role yet, or goes back to it.
     *
     * @param state the agents' state folder
     */
    public static BooleanSupplier leaving(Path state) {
        SwitchoverNotes notes = new SwitchoverNotes(state, Clock.systemUTC());
        return () -> notes.read().filter(note -> note.step() != Step.LEFT).isPresent();
    }

    /** @throws UnderstudyException {@code LOCKED} where one is under way */
    public void begin(SwitchoverNote note) {
        synchronized (CHANGES) {
            file.read().ifPresent(other -> {
                throw underWay(other);
            });
            file.write(note);
        }
    }

    /** It came to this step; does nothing where it went back in between, or is over. */
    public void reach(Step step) {
        forward(note -> note.at(step, clock.instant()));
    }

    /** The final snapshot is in the repository. */
    public void committed(SnapshotId snapshot) {
        forward(note -> note.committed(snapshot, clock.instant()));
    }

    /**
     * From here on it goes back, unless it is over.
     *
     * @param claim by which the next epoch is kept from the standby
     */
    public void goBack(String why, Optional<EpochClaim> claim) {
        forward(note -> note.goingBack(why, claim, clock.instant()));
    }

    /** Another server holds the next epoch: there is no way back. */
    public void handedOver() {
        change(note -> note.step().compareTo(Step.HANDED_OVER) < 0 ? note.at(Step.HANDED_OVER, clock.instant()) : note);
    }

    /** The same, with the final snapshot, whose name was not noted. */
    public void handedOver(SnapshotId last) {
        change(note -> note.step().compareTo(Step.HANDED_OVER) < 0 ? note.handedOver(last, clock.instant()) : note);
    }

    /** The primary's agent has done its part. */
    public void left() {
        change(note -> note.at(Step.LEFT, clock.instant()));
    }

    /** It is over. */
    public void end() {
        synchronized (CHANGES) {
            file.delete();
        }
    }

    /**
     * That a snapshot is the final one of the switchover that is under way.
     *
     * @throws UnderstudyException {@code BACKUP_MODE} where it is not
     */
    public void requireFinal(String standby) {
        boolean due = file.read()
                .filter(note -> note.standby().equals(standby))
                .filter(note -> note.step() == Step.STOPPED || note.step() == Step.COMMITTING)
                .isPresent();
        if (!due) {
            throw new UnderstudyException(
                    ErrorCode.BACKUP_MODE,
                    "cannot take the final snapshot for " + standby + ": no switchover to it is at that step",
                    "begin one with agent-primary switchover " + standby);
        }
    }

    /**
     * The final snapshot is committed next: from here on the standby may take over.
     *
     * @throws UnderstudyException as {@link #requireFinal}, also where it was decided to go back
     */
    public void committing(String standby) {
        synchronized (CHANGES) {
            requireFinal(standby);
            reach(Step.COMMITTING);
        }
    }

    private void forward(UnaryOperator<SwitchoverNote> change) {
        change(note -> note.goesForward() ? change.apply(note) : note);
    }

    private void change(UnaryOperator<SwitchoverNote> change) {
        synchronized (CHANGES) {
            file.read().ifPresent(note -> {
                SwitchoverNote next = change.apply(note);
                if (!next.equals(note)) {
                    file.write(next);
                }
            });
        }
    }

    /** What is refused while one is under way. */
    public static UnderstudyException underWay(SwitchoverNote note) {
        return new UnderstudyException(
                ErrorCode.LOCKED,
                "a switchover of this server to " + note.standby() + " is under way ("
                        + note.step().next() + ")",
                "it is finished, or goes back, by itself; to end it at once: agent-primary switchover --cancel");
    }
}

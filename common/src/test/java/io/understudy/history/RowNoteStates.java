package io.understudy.history;

import io.understudy.history.RowNote.Phase;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** The states in which a kill leaves notes of {@code restore-row --apply}. */
public final class RowNoteStates {
    private RowNoteStates() {}

    private static RowNotes notes(Path state) {
        return new RowNotes(state, Clock.systemUTC(), Ticker.system());
    }

    /** Killed before it was seen how its transaction ended. @param transaction that the note names; 0: its own */
    public static void unsettled(Path state, int number, boolean storing, long transaction) {
        RowNote note = notes(state).find(number).orElseThrow();
        notes(state)
                .write(note.in(
                        storing ? Phase.STORING : Phase.UNDOING, transaction == 0 ? note.transaction() : transaction));
    }

    /** {@code STORED}. */
    public static String phase(Path state, int number) {
        return notes(state).find(number).orElseThrow().phase().name();
    }

    /** The next note, as the first one and of this transaction, of which it is open how it ended. */
    public static void storing(Path state, long transaction) {
        RowNote first = notes(state).find(1).orElseThrow();
        notes(state)
                .write(new RowNote(
                        notes(state).next(),
                        first.at(),
                        first.snapshot(),
                        first.table(),
                        first.database(),
                        first.identity(),
                        Phase.STORING,
                        transaction,
                        first.rows(),
                        first.files()));
    }

    /** The numbers of those that there are, the newest first. */
    public static List<Integer> numbers(Path state) {
        return notes(state).numbers();
    }

    /** How many are kept. */
    public static int most() {
        return RowNotes.MOST;
    }
}

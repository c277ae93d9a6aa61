package io.understudy.history;

import io.understudy.history.RowNote.Phase;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;

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
}

package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.tasks.TimeLimit;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Optional;

/**
 * Ends the switchover of a server that is about to stop, also one that is still being prepared: it goes back, unless
 * the standby has taken over by then.
 */
final class SwitchoverEnd {
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final SwitchoverNotes notes;
    private final Runnable cancel;
    private final Ticker ticker;

    /** @param cancel has the agent cancel it; throws where it can't be asked */
    SwitchoverEnd(SwitchoverNotes notes, Runnable cancel, Ticker ticker) {
        this.notes = notes;
        this.cancel = cancel;
        this.ticker = ticker;
    }

    /**
     * Returns when none is under way; one that the agent prepares does not begin any more, where it answers.
     *
     * @throws UnderstudyException {@code LOCKED} where that is not so within the time, or the agent can't be asked;
     *     {@code CANCELLED}
     */
    void await(Duration within) {
        long begun = ticker.nanos();
        Optional<UnderstudyException> failure = cancelled(within);
        Optional<SwitchoverNote> open = open();
        while (open.isPresent()) {
            if (failure.isPresent() || ticker.since(begun).compareTo(within) > 0) {
                throw underWay(
                        open.get(),
                        failure.map(UnderstudyException::getMessage)
                                .orElse("it has not ended " + within.toSeconds() + " s after it was cancelled"));
            }
            ticker.pause(PAUSE, "wait for the end of the switchover");
            open = open();
        }
    }

    /** Where none is under way it does not matter that the agent can't be asked, or does not answer. */
    private Optional<UnderstudyException> cancelled(Duration within) {
        try {
            return TimeLimit.on(
                    () -> {
                        cancel.run();
                        return Optional.empty();
                    },
                    within,
                    () -> new UnderstudyException(
                            ErrorCode.LOCKED,
                            "the agent does not answer",
                            "see whether agent-primary run is stopped, or hangs"));
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            return Optional.of(e);
        }
    }

    private Optional<SwitchoverNote> open() {
        return notes.read().filter(note -> !note.isLeft());
    }

    private static UnderstudyException underWay(SwitchoverNote note, String why) {
        return new UnderstudyException(
                ErrorCode.LOCKED,
                "cannot shut this server down: a switchover to " + note.standby() + " is under way ("
                        + note.step().next() + "), and " + why,
                "agent-primary run ends it, see agent-primary status; then run agent-primary shutdown again");
    }
}

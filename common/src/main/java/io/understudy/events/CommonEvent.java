package io.understudy.events;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.time.Duration;
import java.util.Optional;

/** The events that both agents have. */
public sealed interface CommonEvent extends Event {
    @EventText(
            value = "the agent runs on after a defect of Understudy in {work}: {why}",
            severity = Severity.ERROR,
            hint = "please report it with the log")
    record Defect(String work, Throwable why) implements CommonEvent {}

    @EventText(value = "the newest snapshot in the repository is not known: {why}", severity = Severity.WARN)
    record NewestUnknown(UnderstudyException why) implements CommonEvent {}

    /**
     * An operation on the filestore ended, its retries included. Of a download this is the opening, of a listing its
     * first page.
     */
    @EventText(value = "the filestore answered {operation} in {took}[: {failure}]", severity = Severity.TRACE)
    record FilestoreAnswered(String operation, Duration took, Optional<ErrorCode> failure) implements CommonEvent {}

    /** The filestore just showed that it works, or that it does not, also in the middle of a download. */
    @EventText(value = "the filestore is [{available}][{unavailable}]", severity = Severity.TRACE)
    record FilestoreSeen(boolean available) implements CommonEvent {
        public boolean unavailable() {
            return !available;
        }
    }
}

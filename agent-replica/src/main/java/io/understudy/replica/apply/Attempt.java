package io.understudy.replica.apply;

import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.state.RetryLog;
import java.util.Optional;

/** Work that may fail without holding up what comes after it. */
final class Attempt {
    private Attempt() {}

    /**
     * @param what {@code stop the site}
     * @return why it failed
     */
    static Optional<UnderstudyException> of(Events events, String what, Runnable work) {
        try {
            work.run();
            return Optional.empty();
        } catch (RuntimeException e) {
            events.report(new ReplicaEvent.AttemptFailed(what, e));
            return Optional.of(RetryLog.wrap(e, what));
        }
    }
}

package io.understudy.replica.apply;

import io.understudy.failure.UnderstudyException;
import io.understudy.replica.state.RetryLog;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work that may fail without holding up what comes after it. */
final class Attempt {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private Attempt() {}

    /**
     * @param what {@code stop the site}, for the log
     * @return why it failed
     */
    static Optional<UnderstudyException> of(String what, Runnable work) {
        try {
            work.run();
            return Optional.empty();
        } catch (UnderstudyException e) {
            LOG.error("cannot {}: {} ({})", what, e.getMessage(), e.hint());
            return Optional.of(e);
        } catch (RuntimeException e) {
            LOG.error("cannot {}: {}", what, e.getMessage(), e);
            return Optional.of(RetryLog.wrap(e, what));
        }
    }
}

package io.understudy.filestore;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Backoff;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long one operation is still tried again. Not thread-safe. */
final class RetryBudget {
    private static final Logger LOG = LoggerFactory.getLogger(RetryingFilestore.class);

    private final Backoff backoff;
    private final Supplier<Duration> limit;
    private final Ticker ticker;
    private long firstFailure;

    /** @param limit asked at each failure */
    RetryBudget(Backoff backoff, Supplier<Duration> limit, Ticker ticker) {
        this.backoff = backoff;
        this.limit = limit;
        this.ticker = ticker;
    }

    static boolean passes(UnderstudyException failure) {
        return failure.code() == ErrorCode.FILESTORE_UNREACHABLE || failure.code() == ErrorCode.FILESTORE_FAILED;
    }

    /** Returns after a pause when the operation is worth another attempt; throws the failure on when not. */
    void pauseOrThrow(UnderstudyException failure) {
        if (!passes(failure)) {
            throw failure;
        }
        if (backoff.failures() == 0) {
            firstFailure = ticker.nanos();
        }
        Duration pause = backoff.next();
        if (ticker.since(firstFailure).plus(pause).compareTo(limit.get()) > 0) {
            throw failure;
        }
        LOG.warn("{}; again in {} ms", failure.getMessage(), pause.toMillis());
        try {
            ticker.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnderstudyException(
                    ErrorCode.CANCELLED, failure.getMessage() + " (and then interrupted)", failure.hint(), failure);
        }
    }

    /** It went on: the next failure is a first one again. */
    void progress() {
        backoff.reset();
    }
}

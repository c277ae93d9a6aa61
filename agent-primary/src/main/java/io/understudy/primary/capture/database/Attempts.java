package io.understudy.primary.capture.database;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.SourceTable;
import io.understudy.time.Backoff;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often a capture starts over with a new moment, and what it remembers from one attempt to the next. Not
 * thread-safe.
 */
final class Attempts {
    static final int MOST = 15;

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseCapture.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final Ticker ticker;
    private final Backoff pauses;
    private final Map<String, SourceTable> restless = new LinkedHashMap<>();

    Attempts(Ticker ticker, RandomGenerator random) {
        this.ticker = ticker;
        this.pauses = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random);
    }

    /** Tables that changed under earlier attempts: their rows are read first. */
    Collection<SourceTable> restless() {
        return List.copyOf(restless.values());
    }

    /** @throws UnderstudyException {@code DATABASE_BUSY} when that was the last attempt, {@code CANCELLED} */
    void pauseAfter(MomentLost lost) {
        lost.table().ifPresent(table -> restless.put(table.qualified(), table));
        Duration pause = pauses.next();
        if (pauses.failures() >= MOST) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_BUSY,
                    "cannot snapshot the database: other sessions disturbed all " + MOST
                            + " attempts, the last one because " + lost.getMessage(),
                    "take the snapshot when that statement does not run, or let it run less often",
                    lost);
        }
        LOG.info("the snapshot of the database starts over: {}", lost.getMessage());
        ticker.pause(pause, DatabaseCapture.WHAT);
    }
}

package io.understudy.history;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Work on the site's database that gives way: it waits for no lock longer than {@value #WAIT_MILLIS} ms, ends and
 * begins again. So the site never waits behind one who waits.
 */
final class LockPatience {
    static final int WAIT_MILLIS = 300;

    private static final Duration PAUSE = Duration.ofMillis(100);
    /** A lock that is not given in time, a deadlock, a statement that was cancelled. */
    private static final Set<String> GIVES_WAY = Set.of("55P03", "40P01", "57014");

    private final Duration patience;
    private final Ticker ticker;

    /** @param patience how long attempts that fail go on */
    LockPatience(Duration patience, Ticker ticker) {
        this.patience = patience;
        this.ticker = ticker;
    }

    static boolean givesWay(UnderstudyException why) {
        return DatabaseErrors.state(why).filter(GIVES_WAY::contains).isPresent();
    }

    /**
     * @param undo after an attempt that failed
     * @throws UnderstudyException the last failure; {@code CANCELLED} when the thread is interrupted
     */
    <T> T until(Supplier<T> attempt, Runnable undo) {
        long start = 0;
        boolean failed = false;
        while (true) {
            try {
                return attempt.get();
            } catch (UnderstudyException e) {
                if (!givesWay(e)) {
                    throw e;
                }
                undo.run();
                start = failed ? start : ticker.nanos();
                failed = true;
                if (ticker.since(start).compareTo(patience) >= 0) {
                    throw e;
                }
                ticker.pause(PAUSE, "restore the row");
            }
        }
    }
}

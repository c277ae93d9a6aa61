package io.understudy.time;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Selects the warnings of a repeated action that are worth a line in the log: a new one at once, the same one again
 * after an hour, or after a success in between. Thread-safe.
 */
public final class WarnOnce {
    private static final Duration AGAIN = Duration.ofHours(1);
    private static final int MOST = 100;

    private final Ticker ticker;
    private final Map<String, Long> logged = new LinkedHashMap<>();

    public WarnOnce(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Whether to log it now; an answer of true counts as logged. */
    public synchronized boolean isDue(String warning) {
        logged.values().removeIf(since -> ticker.since(since).compareTo(AGAIN) >= 0);
        if (logged.containsKey(warning)) {
            return false;
        }
        if (logged.size() == MOST) {
            logged.remove(logged.keySet().iterator().next());
        }
        logged.put(warning, ticker.nanos());
        return true;
    }

    /** All went well: the next warning is news. */
    public synchronized void well() {
        logged.clear();
    }
}

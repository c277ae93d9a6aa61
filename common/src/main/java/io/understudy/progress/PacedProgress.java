package io.understudy.progress;

import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Objects;

/**
 * Passes progress on at most once in a while, because each report costs time: the begin and the end of each step
 * always, what lies between when it is due.
 */
public final class PacedProgress implements Progress {
    private final Progress target;
    private final Ticker ticker;
    private final Duration pause;
    private String step = "";
    private long last;

    public PacedProgress(Progress target, Ticker ticker, Duration pause) {
        this.target = Objects.requireNonNull(target);
        this.ticker = Objects.requireNonNull(ticker);
        this.pause = Objects.requireNonNull(pause);
    }

    @Override
    public void report(String now, long doneBytes, long totalBytes) {
        if (isDue(now, doneBytes == totalBytes)) {
            target.report(now, doneBytes, totalBytes);
        }
    }

    private synchronized boolean isDue(String now, boolean done) {
        if (now.equals(step) && !done && ticker.since(last).compareTo(pause) < 0) {
            return false;
        }
        step = now;
        last = ticker.nanos();
        return true;
    }
}

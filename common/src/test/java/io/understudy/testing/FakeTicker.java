package io.understudy.testing;

import io.understudy.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * Time that passes only when a test advances it or the code under test sleeps; a sleep returns at once. Thread-safe.
 */
public final class FakeTicker implements Ticker {
    private final Instant start;
    private final List<Duration> pauses = new ArrayList<>();
    private long nanos;

    /** Starts at noon of 20 November 2026, UTC. */
    public FakeTicker() {
        this(Instant.parse("2026-11-20T12:00:00Z"));
    }

    public FakeTicker(Instant start) {
        this.start = start;
    }

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public void sleep(Duration pause) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before a pause of " + pause);
        }
        synchronized (this) {
            pauses.add(pause);
            nanos += pause.toNanos();
        }
    }

    public synchronized void advance(Duration step) {
        nanos += step.toNanos();
    }

    public synchronized Instant now() {
        return start.plusNanos(nanos);
    }

    /** All sleeps so far, in order. */
    public synchronized List<Duration> pauses() {
        return List.copyOf(pauses);
    }

    /** A clock that shows this ticker's time, UTC. */
    public Clock clock() {
        return new TickerClock(this, ZoneOffset.UTC);
    }

    private static final class TickerClock extends Clock {
        private final FakeTicker ticker;
        private final ZoneId zone;

        TickerClock(FakeTicker ticker, ZoneId zone) {
            this.ticker = ticker;
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return new TickerClock(ticker, other);
        }

        @Override
        public Instant instant() {
            return ticker.now();
        }
    }
}

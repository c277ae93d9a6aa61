package io.understudy.primary.announce;

import io.understudy.time.Ticker;
import io.understudy.transport.Peer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How often a peer may call and report, over all of its calls: a bucket of {@link #BURST} that fills again, one each
 * half second. A replica sends one report a second at most. Peers are those that are listed, so there are few.
 * Thread-safe.
 */
final class ReportRate {
    static final int BURST = 40;
    private static final Duration EACH = Duration.ofMillis(500);

    private final Ticker ticker;
    private final Map<String, Bucket> buckets = new HashMap<>();

    ReportRate(Ticker ticker) {
        this.ticker = ticker;
    }

    synchronized boolean allows(Peer peer) {
        return buckets.computeIfAbsent(peer.name(), name -> new Bucket(ticker.nanos()))
                .take(ticker);
    }

    private static final class Bucket {
        private long since;
        private double left = BURST;

        private Bucket(long since) {
            this.since = since;
        }

        private boolean take(Ticker ticker) {
            Duration passed = ticker.since(since);
            since = ticker.nanos();
            left = Math.min(BURST, left + (double) passed.toNanos() / EACH.toNanos());
            if (left < 1) {
                return false;
            }
            left--;
            return true;
        }
    }
}

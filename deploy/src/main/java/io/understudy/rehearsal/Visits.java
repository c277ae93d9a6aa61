package io.understudy.rehearsal;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Visitors who write and read without a pause, at whichever of two sites takes them, as behind a name that follows the
 * primary. Remembers what was acknowledged, and the longest time in which nothing was.
 */
public final class Visits implements AutoCloseable {
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    private final Acknowledged written = new Acknowledged();
    private final Gap writes = new Gap();
    private final Gap reads = new Gap();
    private final List<Thread> threads;
    private volatile boolean left;

    /** The longest time between two successes. */
    private static final class Gap {
        private long last = System.nanoTime();
        private long longest;

        synchronized void success() {
            long now = System.nanoTime();
            longest = Math.max(longest, now - last);
            last = now;
        }

        synchronized Duration longest() {
            return Duration.ofNanos(longest);
        }
    }

    public Visits(SiteClient one, SiteClient other) {
        threads = List.of(
                new Thread(() -> visit(one, other, writes, this::write), "writer"),
                new Thread(() -> visit(one, other, reads, Visits::read), "reader"));
        threads.forEach(Thread::start);
    }

    private void visit(SiteClient one, SiteClient other, Gap gap, Predicate<SiteClient> visit) {
        SiteClient site = one;
        while (!left) {
            if (visit.test(site)) {
                gap.success();
            } else {
                site = site == one ? other : one;
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    private boolean write(SiteClient site) {
        String text = "visit " + System.nanoTime();
        try {
            if (site.addNote(text) != 201) {
                return false;
            }
        } catch (AssertionError | IllegalStateException gone) {
            return false;
        }
        written.add(text);
        return true;
    }

    /** Of the site that is production: a standby's content may be older. */
    private static boolean read(SiteClient site) {
        return site.health()
                .filter(health -> health.path("mode").asText().equals("primary"))
                .isPresent();
    }

    /** What a site acknowledged. */
    public Acknowledged written() {
        return written;
    }

    /** The longest time without an acknowledged write. */
    public Duration longestWithoutWrite() {
        return writes.longest();
    }

    /** The longest time without an answer of a site in production. */
    public Duration longestWithoutRead() {
        return reads.longest();
    }

    @Override
    public void close() {
        left = true;
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(30));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

package io.understudy.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes to several sites at the same time, again and again, whichever of them is the primary. Remembers each write
 * that was acknowledged, and whether two sites ever took writes at once. Close it to end it.
 */
final class SiteWatch implements AutoCloseable {
    static final Duration BETWEEN = Duration.ofMillis(50);
    /** Fewer questions than these have seen nothing. */
    private static final int FEWEST = 5;

    private final Duration between;
    private final Answers answers = new Answers();
    private final ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> asked = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    /** What is asked. */
    interface Site {
        String name();

        /** @return whether the site acknowledged this write; otherwise it refused, or does not run */
        boolean takes(String text);
    }

    /** @param between two questions to one site */
    SiteWatch(Duration between, Site... sites) {
        this.between = between;
        for (Site site : sites) {
            asked.put(site.name(), 0);
            Thread thread = new Thread(() -> watch(site), "watch " + site.name());
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    private void watch(Site site) {
        try {
            while (!over) {
                String text = site.name() + " " + System.nanoTime();
                long began = System.nanoTime();
                boolean taken = site.takes(text);
                answers.add(site.name(), taken, began, System.nanoTime());
                if (taken) {
                    acknowledged.add(text);
                }
                asked.merge(site.name(), 1, Integer::sum);
                LockSupport.parkNanos(between.toNanos());
            }
        } catch (RuntimeException | Error e) {
            failures.add(e);
        }
    }

    /** The writes that were acknowledged so far. */
    List<String> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** How often this site was asked so far. */
    int asked(String site) {
        return asked.get(site);
    }

    /** @throws AssertionError where two sites took writes at once, a question failed, or a site was hardly asked */
    void assertNeverTwo() {
        assertThat(failures).as("questions that failed").isEmpty();
        assertThat(answers.atOnce())
                .as("sites that took writes at the same time")
                .isEmpty();
        assertThat(asked.values()).as("questions: " + asked).allMatch(times -> times >= FEWEST);
    }

    @Override
    public void close() {
        end();
    }

    /** Asks no more. */
    void end() {
        over = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

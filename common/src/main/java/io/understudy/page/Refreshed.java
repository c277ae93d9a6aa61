package io.understudy.page;

import io.understudy.tasks.DaemonThreads;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A value that is read when somebody asks, and then is good for a while. One thread of its own reads it, however many
 * ask, and who asks waits no longer than the patience. What was read before is not given then: it may be wrong by now.
 * Thread-safe.
 */
public final class Refreshed<T> implements Supplier<Optional<T>>, AutoCloseable {
    private static final int IDLE_SECONDS = 10;
    private static final Duration GOOD = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final Supplier<T> reader;
    private final Duration good;
    private final Duration patience;
    private final Clock clock;
    private final ThreadPoolExecutor thread;
    private Optional<T> last = Optional.empty();
    private Optional<Instant> read = Optional.empty();
    private Optional<Future<T>> running = Optional.empty();

    /** As a page is: read again after two seconds, and waited for for eight. */
    public Refreshed(Supplier<T> reader, Clock clock) {
        this(reader, GOOD, PATIENCE, clock);
    }

    /**
     * @param good how long a value is given without reading it again
     * @param patience of who asks, in real time
     */
    public Refreshed(Supplier<T> reader, Duration good, Duration patience, Clock clock) {
        this.reader = reader;
        this.good = good;
        this.patience = patience;
        this.clock = clock;
        this.thread = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), DaemonThreads.named("page"));
        thread.allowCoreThreadTimeOut(true);
    }

    /**
     * Empty when none that is good came within the patience.
     *
     * @throws RuntimeException what the reader threw, as long as it is what came last
     */
    @Override
    public Optional<T> get() {
        Optional<Future<T>> reading = begin();
        try {
            if (reading.isPresent()) {
                reading.get().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
        return last();
    }

    private synchronized Optional<T> last() {
        return last;
    }

    /** What to wait for; empty while the last value is good. */
    private synchronized Optional<Future<T>> begin() {
        Instant now = clock.instant();
        boolean fresh = read.filter(when -> !now.isBefore(when) && now.isBefore(when.plus(good)))
                .isPresent();
        if (fresh) {
            return Optional.empty();
        }
        if (running.filter(each -> !each.isDone()).isEmpty()) {
            running = Optional.of(thread.submit(this::read));
        }
        return running;
    }

    private T read() {
        T value = reader.get();
        synchronized (this) {
            last = Optional.of(value);
            read = Optional.of(clock.instant());
        }
        return value;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

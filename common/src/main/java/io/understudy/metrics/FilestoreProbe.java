package io.understudy.metrics;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.repository.Repository;
import io.understudy.tasks.DaemonThreads;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the filestore every ten seconds for one small object, without retries, so that an outage and its end are known
 * within 14 seconds. One request that has no answer after four seconds counts as a failure, and its answer no more.
 * What cannot be interrupted, such as a network file system that hangs, keeps at most three threads.
 */
final class FilestoreProbe implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FilestoreProbe.class);
    static final Duration EVERY = Duration.ofSeconds(10);
    static final Duration BOUND = Duration.ofSeconds(4);
    private static final int HANGING = 3;

    private final Filestore store;
    private final Optional<String> copy;
    private final FilestoreHealth health;
    private final Events events;
    private final Requests requests;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("filestore-probe"));
    private Attempt current = new Attempt();

    /** Where requests run. */
    interface Requests {
        /** @throws RejectedExecutionException when too many hang */
        Runnable submit(Runnable request);

        void close();
    }

    /** @param copy its name, where there are several */
    FilestoreProbe(Filestore store, Optional<String> copy, FilestoreHealth health, Events events) {
        this(store, copy, health, events, threads());
    }

    FilestoreProbe(Filestore store, Optional<String> copy, FilestoreHealth health, Events events, Requests requests) {
        this.store = store;
        this.copy = copy;
        this.health = health;
        this.events = events;
        this.requests = requests;
    }

    private static Requests threads() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                0, HANGING, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), DaemonThreads.named("filestore-request"));
        return new Requests() {
            @Override
            public Runnable submit(Runnable request) {
                Future<?> running = pool.submit(request);
                return () -> running.cancel(true);
            }

            @Override
            public void close() {
                pool.shutdownNow();
            }
        };
    }

    FilestoreProbe start() {
        timer.scheduleAtFixedRate(this::begin, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
        timer.scheduleAtFixedRate(this::judge, BOUND.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    /** Sends a request. */
    void begin() {
        Attempt next = new Attempt();
        synchronized (this) {
            current = next;
        }
        try {
            next.cancel = requests.submit(next);
        } catch (RejectedExecutionException e) {
            // Too many hang: this one has no answer either.
        }
    }

    /** The time of the last request is over. */
    void judge() {
        Attempt last = current();
        if (answer(last, Optional.of("no answer from " + store.name() + " within " + BOUND.toSeconds() + " s"))) {
            last.cancel.run();
        }
    }

    private synchronized Attempt current() {
        return current;
    }

    /** @return whether this is the answer to that request, and no late one */
    private boolean answer(Attempt attempt, Optional<String> why) {
        synchronized (this) {
            if (attempt != current || attempt.answered) {
                return false;
            }
            attempt.answered = true;
        }
        switch (health.probed(why)) {
            case LOST -> events.report(new CommonEvent.FilestoreLost(copy, why.orElseThrow()));
            case FOUND -> events.report(new CommonEvent.FilestoreFound(copy, store.name()));
            case WORKS -> events.report(new CommonEvent.FilestoreWorks(copy, store.name()));
            case NONE -> {}
        }
        return true;
    }

    /**
     * Nothing signs {@code understudy.json}, so agents go on where it is gone or may not be read and the store holds
     * what they wrote ({@link Repository#open}): junk, no outage. A place without it and without that is an outage: an
     * empty mount point.
     */
    private Optional<String> ask() {
        try {
            if (store.statOnce(Repository.DESCRIPTION).isPresent() || holdsClaim()) {
                return Optional.empty();
            }
            return Optional.of(
                    "there is no " + Repository.DESCRIPTION + " in " + store.name() + ", and no claim of an epoch");
        } catch (UnderstudyException e) {
            return e.code() == ErrorCode.FILESTORE_DENIED && deniedAlone()
                    ? Optional.empty()
                    : Optional.of(e.getMessage());
        }
    }

    private boolean deniedAlone() {
        try {
            return holdsClaim();
        } catch (UnderstudyException e) {
            LOG.debug("the filestore shows neither", e);
            return false;
        }
    }

    private boolean holdsClaim() {
        return store.statOnce(Repository.FIRST_CLAIM).isPresent();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        requests.close();
    }

    private final class Attempt implements Runnable {
        private volatile Runnable cancel = () -> {};
        private boolean answered;

        @Override
        public void run() {
            try {
                answer(this, ask());
            } catch (RuntimeException e) {
                answer(this, Optional.of(String.valueOf(e.getMessage())));
                events.report(new CommonEvent.Defect("the probe of the filestore", e));
            }
        }
    }
}

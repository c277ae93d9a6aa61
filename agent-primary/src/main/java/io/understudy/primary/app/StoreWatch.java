package io.understudy.primary.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.progress.Progress;
import io.understudy.repository.StoreState;
import io.understudy.tasks.DaemonThreads;
import io.understudy.tasks.Services.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Of a site with several filestores: looks at each of them every minute and after each snapshot, and brings one that is
 * behind up to the others, on a server that may take snapshots. In a thread of its own, so no snapshot waits for it.
 */
final class StoreWatch implements EventSink, Service {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWatch.class);
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofSeconds(10);
    /** Looks between two that fill gaps, which retention may have made on purpose. */
    private static final int GAPS = 60;

    private final StoreCatchUp stores;
    private final Events events;
    private final ScheduledExecutorService worker =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("filestores"));
    private final AtomicBoolean waits = new AtomicBoolean();
    private final Set<String> behind = new HashSet<>();
    private final Set<String> seen = new HashSet<>();
    private final boolean several;
    private final Consumer<List<StoreState>> shown;
    private int looks;
    private volatile List<StoreState> last = List.of();

    /**
     * @param several whether there is more than one; otherwise nothing is looked at, and no thread starts
     * @param shown receives what each look found
     */
    StoreWatch(StoreCatchUp stores, Events events, boolean several, Consumer<List<StoreState>> shown) {
        this.shown = shown;
        this.stores = stores;
        this.events = events;
        this.several = several;
    }

    /** Each filestore, when it was last looked at; empty before the first look. */
    List<StoreState> last() {
        return last;
    }

    @Override
    public AutoCloseable start() {
        if (several) {
            worker.scheduleWithFixedDelay(this::guarded, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
        }
        return this::close;
    }

    @Override
    public void receive(Event event, Instant at) {
        boolean ended = event instanceof PrimaryEvent.SnapshotCommitted || event instanceof PrimaryEvent.SnapshotFailed;
        if (several && ended && waits.compareAndSet(false, true)) {
            try {
                worker.execute(this::guarded);
            } catch (RejectedExecutionException e) {
                // The agent stops.
                return;
            }
        }
    }

    private void guarded() {
        waits.set(false);
        try {
            look();
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the look at the filestores", e));
        }
    }

    /** One look, and the copies that it calls for. */
    void look() {
        try {
            last = stores.look();
            boolean due = looks++ % GAPS == 0;
            if (last.stream().anyMatch(each -> each.isToBeCaughtUp() || due && each.hasGapsToFill())) {
                last = stores.run(Progress.none());
            }
        } catch (UnderstudyException e) {
            // A standby, or a moment in which something is deleted: another look follows.
            LOG.debug("the filestores are not brought up to date now", e);
        }
        shown.accept(last);
        last.forEach(this::report);
    }

    private void report(StoreState state) {
        boolean first = seen.add(state.name());
        if (!state.isInStep() && behind.add(state.name())) {
            Optional<String> why = state.error();
            events.report(new PrimaryEvent.FilestoreBehind(state.name(), state.behind(), why));
        } else if (state.isInStep() && behind.remove(state.name())) {
            events.report(new PrimaryEvent.FilestoreCaughtUp(state.name()));
        } else if (state.isInStep() && first) {
            events.report(new PrimaryEvent.FilestoreInStep(state.name()));
        }
    }

    private void close() {
        worker.shutdownNow();
        try {
            worker.awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

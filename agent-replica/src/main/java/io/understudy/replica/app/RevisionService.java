package io.understudy.replica.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.RevisionKeeper;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Ticker;
import io.understudy.time.WarnOnce;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Keeps revisions of rows beyond the snapshots, every five minutes, in a thread of its own: what fails there is a
 * warning, and nothing else waits for it. On a server that was promoted it goes on with the snapshots that this server
 * takes.
 */
final class RevisionService implements AutoCloseable, RevisionKeeper.Remarks {
    private static final int SECONDS = 300;
    private static final int FIRST = 30;

    private final RevisionKeeper keeper;
    private final Events events;
    private final WarnOnce warnOnce;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("revisions"));

    RevisionService(Function<RevisionKeeper.Remarks, RevisionKeeper> keeper, Events events, Ticker ticker) {
        this.keeper = keeper.apply(this);
        this.events = events;
        this.warnOnce = new WarnOnce(ticker);
    }

    RevisionService start() {
        executor.scheduleWithFixedDelay(this::run, FIRST, SECONDS, TimeUnit.SECONDS);
        return this;
    }

    /** Once, now. */
    void run() {
        try {
            keeper.run();
        } catch (UnderstudyException e) {
            failed(e);
        } catch (RuntimeException e) {
            events.report(new CommonEvent.Defect("the history of rows", e));
        }
    }

    @Override
    public void gap(String table, String after, String next) {
        events.report(new ReplicaEvent.RevisionsMissing(table, after, next));
    }

    @Override
    public void failed(UnderstudyException why) {
        if (warnOnce.isDue(why.getMessage())) {
            events.report(new ReplicaEvent.RevisionsBehind(why));
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}

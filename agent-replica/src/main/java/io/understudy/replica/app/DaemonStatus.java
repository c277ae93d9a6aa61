package io.understudy.replica.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaEvents;
import io.understudy.replica.events.Step;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the replica does at this moment, for status, for followers and for whoever waits for a result. Thread-safe. */
public final class DaemonStatus implements ReplicaEvents {
    /** @param total -1 while unknown */
    record Activity(SnapshotId snapshot, Step step, long done, long total) {}

    /** @param seen when it last answered */
    record FilestoreSeen(String name, boolean reachable, Optional<Instant> seen, Optional<SnapshotId> newest) {}

    private final Clock clock;
    private final List<Progress> listeners = new CopyOnWriteArrayList<>();
    private volatile Runnable changed = () -> {};
    private Optional<Activity> activity = Optional.empty();
    private FilestoreSeen filestore;
    private int highestEpoch;

    public DaemonStatus(String filestore, Clock clock) {
        this.filestore = new FilestoreSeen(filestore, false, Optional.empty(), Optional.empty());
        this.clock = clock;
    }

    void whenChanged(Runnable listener) {
        changed = listener;
    }

    /** Tells progress there until it is removed. */
    public void add(Progress listener) {
        listeners.add(listener);
    }

    void remove(Progress listener) {
        listeners.remove(listener);
    }

    synchronized Optional<Activity> activity() {
        return activity;
    }

    synchronized FilestoreSeen filestore() {
        return filestore;
    }

    /** 0 before it was read. */
    synchronized int highestEpoch() {
        return highestEpoch;
    }

    @Override
    public void polled(Optional<SnapshotId> newest) {
        synchronized (this) {
            filestore = new FilestoreSeen(filestore.name(), true, Optional.of(clock.instant()), newest);
        }
    }

    @Override
    public synchronized void epoch(int highest) {
        highestEpoch = highest;
    }

    @Override
    public void began(SnapshotId snapshot, Step step) {
        show(new Activity(snapshot, step, 0, -1));
    }

    @Override
    public void progressed(Step step, long doneBytes, long totalBytes) {
        Optional<Activity> now = activity();
        now.ifPresent(last -> show(new Activity(last.snapshot(), step, doneBytes, totalBytes)));
    }

    @Override
    public void failed(Step step, UnderstudyException failure) {
        if (failure.code().exitCode() / 10 == 2) {
            synchronized (this) {
                filestore = new FilestoreSeen(filestore.name(), false, filestore.seen(), filestore.newest());
            }
        }
        changed.run();
    }

    @Override
    public void idle() {
        synchronized (this) {
            activity = Optional.empty();
        }
        changed.run();
    }

    private void show(Activity next) {
        synchronized (this) {
            activity = Optional.of(next);
        }
        listeners.forEach(each -> each.report(next.step().label(), next.done(), next.total()));
        changed.run();
    }
}

package io.understudy.replica.app;

import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.app.StatusView.FilestoreView;
import io.understudy.replica.events.ReplicaEvents;
import io.understudy.replica.events.Step;
import io.understudy.replica.round.AwaitedEpoch;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What the replica does at this moment, for status, for followers and for anyone who waits for a result. Thread-safe.
 */
public final class DaemonStatus implements ReplicaEvents {
    /** @param total -1 while unknown */
    record Activity(SnapshotId snapshot, Step step, long done, long total) {}

    private final Clock clock;
    private final List<Progress> listeners = new CopyOnWriteArrayList<>();
    private volatile Runnable changed = () -> {};
    private Optional<Activity> activity = Optional.empty();
    private FilestoreView filestore;
    private int highestEpoch;

    public DaemonStatus(String filestore, Clock clock) {
        this.filestore = new FilestoreView(filestore, false, Optional.empty(), Optional.empty(), Optional.empty());
        this.clock = clock;
    }

    void whenChanged(Runnable listener) {
        changed = listener;
    }

    /** Reports progress there until it is removed. */
    public void add(Progress listener) {
        listeners.add(listener);
    }

    void remove(Progress listener) {
        listeners.remove(listener);
    }

    synchronized Optional<Activity> activity() {
        return activity;
    }

    synchronized FilestoreView filestore() {
        return filestore;
    }

    /** Whether a round has asked the filestore, with or without success. */
    synchronized boolean hasAsked() {
        return filestore.seen().isPresent() || filestore.error().isPresent();
    }

    /** What this standby waits for, by what was seen of the repository last. */
    synchronized Optional<AwaitedEpoch> waits() {
        return AwaitedEpoch.of(filestore.newest(), highestEpoch);
    }

    @Override
    public void polled(Optional<SnapshotId> newest) {
        synchronized (this) {
            filestore =
                    new FilestoreView(filestore.name(), true, Optional.of(clock.instant()), newest, Optional.empty());
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
        if (failure.code().kind() == ErrorKind.FILESTORE) {
            synchronized (this) {
                filestore = new FilestoreView(
                        filestore.name(),
                        false,
                        filestore.seen(),
                        filestore.newest(),
                        Optional.of(failure.getMessage()));
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

package io.understudy.replica.app;

import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.StatusView.FilestoreView;
import io.understudy.replica.app.StatusView.ProgressView;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.events.Step;
import io.understudy.replica.round.AwaitedEpoch;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the replica does at this moment, for status and for followers. Thread-safe. */
final class DaemonStatus implements EventSink {
    /** @param total -1 while unknown */
    record Activity(SnapshotId snapshot, Step step, long done, long total) {
        ProgressView view() {
            return new ProgressView(snapshot, step.label(), done, total);
        }
    }

    private Optional<Activity> activity = Optional.empty();
    private FilestoreView filestore;
    private int highestEpoch;
    private List<UnderstudyException> findings = List.of();

    DaemonStatus(String filestore) {
        this.filestore = new FilestoreView(filestore, false, Optional.empty(), Optional.empty(), Optional.empty());
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

    /** As the repository showed it last; 0 before that. */
    synchronized int highestEpoch() {
        return highestEpoch;
    }

    /** What was wrong with the repository when it was last looked at. */
    synchronized List<UnderstudyException> findings() {
        return findings;
    }

    @Override
    public synchronized void receive(Event event, Instant at) {
        if (event instanceof ReplicaEvent.NewestSeen seen) {
            filestore = new FilestoreView(filestore.name(), true, Optional.of(at), seen.newest(), Optional.empty());
        } else if (event instanceof ReplicaEvent.EpochSeen seen) {
            highestEpoch = seen.epoch();
        } else if (event instanceof ReplicaEvent.RepositoryInspected inspected) {
            findings = List.copyOf(inspected.found());
        } else if (event instanceof ReplicaEvent.StepBegan began) {
            activity = Optional.of(new Activity(began.snapshot(), began.step(), 0, -1));
        } else if (event instanceof ReplicaEvent.StepProgressed now) {
            // A thread that is late says nothing of a round that is over.
            activity =
                    activity.map(last -> new Activity(last.snapshot(), now.step(), now.doneBytes(), now.totalBytes()));
        } else if (event instanceof ReplicaEvent.StepFailed failed
                && failed.why().code().kind() == ErrorKind.FILESTORE) {
            filestore = new FilestoreView(
                    filestore.name(),
                    false,
                    filestore.seen(),
                    filestore.newest(),
                    Optional.of(failed.why().getMessage()));
        } else if (event instanceof ReplicaEvent.RoundEnded) {
            activity = Optional.empty();
        }
    }
}

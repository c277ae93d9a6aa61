package io.understudy.replica.events;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

record ReplicaEventsFan(List<ReplicaEvents> listeners) implements ReplicaEvents {
    @Override
    public void polled(Optional<SnapshotId> newest) {
        listeners.forEach(each -> each.polled(newest));
    }

    @Override
    public void epoch(int highest) {
        listeners.forEach(each -> each.epoch(highest));
    }

    @Override
    public void began(SnapshotId snapshot, Step step) {
        listeners.forEach(each -> each.began(snapshot, step));
    }

    @Override
    public void progressed(Step step, long doneBytes, long totalBytes) {
        listeners.forEach(each -> each.progressed(step, doneBytes, totalBytes));
    }

    @Override
    public void applied(SnapshotId snapshot, Optional<Instant> moment, Instant when, Optional<Duration> took) {
        listeners.forEach(each -> each.applied(snapshot, moment, when, took));
    }

    @Override
    public void wentBack(Optional<SnapshotId> snapshot, Optional<Instant> moment) {
        listeners.forEach(each -> each.wentBack(snapshot, moment));
    }

    @Override
    public void failed(Step step, UnderstudyException failure) {
        listeners.forEach(each -> each.failed(step, failure));
    }

    @Override
    public void idle() {
        listeners.forEach(ReplicaEvents::idle);
    }
}

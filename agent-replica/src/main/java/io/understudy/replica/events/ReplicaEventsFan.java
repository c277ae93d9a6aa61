package io.understudy.replica.events;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

record ReplicaEventsFan(List<ReplicaEvents> listeners) implements ReplicaEvents {
    @Override
    public void polled(Optional<SnapshotId> newest) {
        publish(each -> each.polled(newest));
    }

    @Override
    public void epoch(int highest) {
        publish(each -> each.epoch(highest));
    }

    @Override
    public void began(SnapshotId snapshot, Step step) {
        publish(each -> each.began(snapshot, step));
    }

    @Override
    public void progressed(Step step, long doneBytes, long totalBytes) {
        publish(each -> each.progressed(step, doneBytes, totalBytes));
    }

    @Override
    public void applied(SnapshotId snapshot, Optional<Instant> moment, Instant when, Optional<Duration> took) {
        publish(each -> each.applied(snapshot, moment, when, took));
    }

    @Override
    public void wentBack(Optional<SnapshotId> snapshot, Optional<Instant> moment) {
        publish(each -> each.wentBack(snapshot, moment));
    }

    @Override
    public void failed(Step step, UnderstudyException failure) {
        publish(each -> each.failed(step, failure));
    }

    @Override
    public void clearedUp(int failures) {
        publish(each -> each.clearedUp(failures));
    }

    @Override
    public void idle() {
        publish(ReplicaEvents::idle);
    }

    private void publish(Consumer<ReplicaEvents> event) {
        for (ReplicaEvents each : listeners) {
            try {
                event.accept(each);
            } catch (RuntimeException e) {
                LoggerFactory.getLogger(ReplicaEvents.class).error("an event could not be reported", e);
            }
        }
    }
}

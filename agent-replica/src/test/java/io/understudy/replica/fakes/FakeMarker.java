package io.understudy.replica.fakes;

import io.understudy.replica.role.BackupMode;
import io.understudy.repository.SnapshotId;
import java.util.Optional;

/** The marker in memory. */
public final class FakeMarker implements BackupMode {
    private final CrashPoints points;
    private volatile boolean on;
    private volatile Optional<SnapshotId> named = Optional.empty();

    public FakeMarker(CrashPoints points) {
        this.points = points;
    }

    public void removeByHand() {
        on = false;
    }

    public void putByHand(Optional<SnapshotId> snapshot) {
        on = true;
        named = snapshot;
    }

    @Override
    public boolean on() {
        return on;
    }

    @Override
    public Optional<SnapshotId> named() {
        return on ? named : Optional.empty();
    }

    @Override
    public void enter(String reason, Optional<SnapshotId> snapshot) {
        points.around("mark", () -> {
            on = true;
            named = snapshot;
        });
    }

    @Override
    public void leave() {
        points.around("unmark", () -> on = false);
    }
}

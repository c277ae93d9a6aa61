package io.understudy.replica.fakes;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.state.BackupMode;
import io.understudy.repository.SnapshotId;
import java.util.Optional;

/** The marker in memory. */
public final class FakeMarker implements BackupMode {
    private final CrashPoints points;
    private volatile boolean on;
    private boolean full;
    private int looks;
    private int looksLeft = -1;
    private volatile Optional<SnapshotId> named = Optional.empty();

    public FakeMarker(CrashPoints points) {
        this.points = points;
    }

    public void removeByHand() {
        on = false;
    }

    /** Somebody removes it just before the agent looks for the k-th time from now on, counted from 0. */
    public void removeAtLook(int k) {
        looksLeft = k;
    }

    /** How often the agent has looked. */
    public int looks() {
        return looks;
    }

    /** Without being a look of the agent's. */
    boolean isThere() {
        return on;
    }

    /** Its disk is full. */
    public void refuseWrites() {
        full = true;
    }

    public void putByHand(Optional<SnapshotId> snapshot) {
        on = true;
        named = snapshot;
    }

    @Override
    public boolean on() {
        looks++;
        if (looksLeft-- == 0) {
            on = false;
        }
        return on;
    }

    @Override
    public Optional<SnapshotId> named() {
        return on ? named : Optional.empty();
    }

    @Override
    public void enter(String reason, Optional<SnapshotId> snapshot) {
        if (full) {
            throw new UnderstudyException(ErrorCode.DISK_FULL, "cannot write the marker: no room", "make room");
        }
        points.around("mark", () -> {
            on = true;
            named = snapshot;
        });
    }

    @Override
    public boolean renew(String reason, Optional<SnapshotId> snapshot) {
        if (!on()) {
            return false;
        }
        enter(reason, snapshot);
        return true;
    }

    @Override
    public void leave() {
        points.around("unmark", () -> on = false);
    }
}

package io.understudy.replica.fakes;

import io.understudy.replica.state.StateFile;
import java.util.Optional;

/** A state file in memory, with crash points around every write. */
public final class FakeStateFile implements StateFile {
    private final CrashPoints points;
    private volatile Optional<byte[]> content = Optional.empty();

    FakeStateFile(CrashPoints points) {
        this.points = points;
    }

    /** The state folder is gone. */
    public void lose() {
        content = Optional.empty();
    }

    @Override
    public Optional<byte[]> read() {
        return content;
    }

    @Override
    public void write(byte[] next) {
        points.around("write the state", () -> content = Optional.of(next));
    }
}

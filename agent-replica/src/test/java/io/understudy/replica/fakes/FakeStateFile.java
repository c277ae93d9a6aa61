package io.understudy.replica.fakes;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.state.StateStorage;
import java.util.Optional;

/** A state file in memory, with crash points around every write. */
public final class FakeStateFile implements StateStorage {
    private final CrashPoints points;
    private int left = Integer.MAX_VALUE;
    private volatile Optional<byte[]> content = Optional.empty();

    FakeStateFile(CrashPoints points) {
        this.points = points;
    }

    /** The state folder is gone. */
    public void lose() {
        content = Optional.empty();
    }

    /** The disk turns read-only after this many writes. */
    public void refuseWritesAfter(int writes) {
        left = writes;
    }

    /** The disk takes writes again. */
    public void allowWrites() {
        left = Integer.MAX_VALUE;
    }

    @Override
    public Optional<byte[]> read() {
        return content;
    }

    @Override
    public void write(byte[] next) {
        if (left-- <= 0) {
            left = 0;
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED, "cannot write replica.json: Read-only file system", "remount it");
        }
        points.around("write the state", () -> content = Optional.of(next));
    }

    @Override
    public void delete() {
        throw new AssertionError("the state is never deleted");
    }
}

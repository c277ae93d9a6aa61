package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.state.StateEntry;
import java.nio.file.Path;

/** Held by the daemon of a primary as long as it runs: one for each state folder. */
record DaemonLock(Path state) {
    /** @throws UnderstudyException {@code LOCKED} when a daemon runs */
    ProcessLock acquire() {
        Path file = StateEntry.PRIMARY_DAEMON_LOCK.in(state);
        return ProcessLock.tryAcquire(file)
                .orElseThrow(
                        () -> new UnderstudyException(
                                ErrorCode.LOCKED,
                                "cannot start: agent-primary runs here already, as " + ProcessLock.holder(file),
                                "only one daemon runs per state folder; stop the other one, or keep it: agent-primary status shows what it does"));
    }
}

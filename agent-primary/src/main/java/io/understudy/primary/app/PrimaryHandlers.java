package io.understudy.primary.app;

import io.understudy.admin.AdminCall;
import io.understudy.admin.AdminHandlers;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.Taken;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what is asked of a primary's daemon. */
final class PrimaryHandlers {
    private static final Logger LOG = LoggerFactory.getLogger(PrimaryHandlers.class);

    private PrimaryHandlers() {}

    static AdminHandlers of(SnapshotQueue queue, Supplier<StatusView> status) {
        return new AdminHandlers()
                .on(PrimaryCommands.SNAPSHOT, (request, call) -> take(queue, request, call))
                .on(PrimaryCommands.STATUS, (request, call) -> status.get());
    }

    /** When the caller leaves, the snapshot is cancelled. */
    private static SnapshotView take(SnapshotQueue queue, SnapshotRequest request, AdminCall call) {
        LOG.info("a snapshot is asked for ({})", String.join(", ", request.periods()));
        SnapshotQueue.Job job = queue.submit(request, call.progress());
        call.onCancel(() -> job.cancel(true));
        try {
            Taken taken = job.get();
            return SnapshotView.of(taken);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (CancellationException | InterruptedException e) {
            throw new UnderstudyException(
                    ErrorCode.CANCELLED,
                    "snapshot cancelled: the agent was stopped",
                    "run agent-primary snapshot when the agent runs again",
                    e);
        }
    }
}

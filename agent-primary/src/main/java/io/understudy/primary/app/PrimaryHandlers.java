package io.understudy.primary.app;

import io.understudy.admin.AdminCall;
import io.understudy.admin.AdminHandlers;
import io.understudy.audit.AuditLog;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.events.PrimaryEvent;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** Does what is asked of a primary's daemon. */
final class PrimaryHandlers {
    private PrimaryHandlers() {}

    static AdminHandlers of(SnapshotQueue queue, Events events, AuditLog audit, Supplier<StatusView> status) {
        return new AdminHandlers(audit)
                .on(PrimaryCommands.SNAPSHOT, (request, call) -> take(queue, events, request, call))
                .on(PrimaryCommands.STATUS, (request, call) -> status.get());
    }

    /** When the caller leaves, the snapshot is cancelled. */
    private static SnapshotView take(SnapshotQueue queue, Events events, SnapshotRequest request, AdminCall call) {
        events.report(new PrimaryEvent.SnapshotRequested(request.periods()));
        if (request.last() != null) {
            // The server is about to stop, and another snapshot would be of an earlier moment.
            queue.giveWay();
        }
        SnapshotQueue.Job<Taken> job = queue.submit(request.requireLabels(), call.progress());
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

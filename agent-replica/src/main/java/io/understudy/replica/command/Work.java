package io.understudy.replica.command;

import io.understudy.progress.Progress;
import io.understudy.replica.app.PromoteResult;
import io.understudy.replica.app.Synced;
import io.understudy.replica.promote.Promotion;
import io.understudy.repository.SnapshotId;

/** What an operator asks of a replica: done in this process, or by the daemon that runs. Failures are UnderstudyExceptions. */
interface Work {
    /** @param retryRejected whether a snapshot that the health check rejected is tried again */
    Synced sync(boolean retryRejected, Progress progress);

    Synced restore(SnapshotId snapshot, Progress progress);

    Synced rollback(Progress progress);

    PromoteResult promote(Promotion.Request request, Progress progress);
}

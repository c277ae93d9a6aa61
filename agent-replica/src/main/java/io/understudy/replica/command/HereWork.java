package io.understudy.replica.command;

import io.understudy.progress.Progress;
import io.understudy.replica.app.PromoteResult;
import io.understudy.replica.app.Replica;
import io.understudy.replica.app.Synced;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.round.ImportRequest;
import io.understudy.replica.round.RoundControl;
import io.understudy.repository.SnapshotId;
import java.util.function.Function;

/** Work in the process of the command, while no daemon runs. */
final class HereWork implements Work {
    private final Function<Progress, Replica> replicas;

    /** @param replicas puts a replica together that tells its progress there */
    HereWork(Function<Progress, Replica> replicas) {
        this.replicas = replicas;
    }

    @Override
    public Synced sync(boolean retryRejected, Progress progress) {
        return Synced.of(
                replicas.apply(progress).sync(new ImportRequest.Newest(true, retryRejected), new RoundControl()));
    }

    @Override
    public Synced restore(SnapshotId snapshot, Progress progress) {
        return Synced.of(replicas.apply(progress).sync(new ImportRequest.Named(snapshot), new RoundControl()));
    }

    @Override
    public Synced rollback(Progress progress) {
        return Synced.of(replicas.apply(progress).rollback());
    }

    @Override
    public PromoteResult promote(Promotion.Request request, Progress progress) {
        return PromoteResult.of(replicas.apply(progress).promote(request));
    }
}

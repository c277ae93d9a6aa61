package io.understudy.primary.app;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.Taken;
import io.understudy.progress.PacedProgress;
import io.understudy.progress.Progress;
import io.understudy.time.Ticker;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.PrimaryAdminGrpc;
import io.understudy.v1.PrimaryStatus;
import io.understudy.v1.PrimaryStatusRequest;
import io.understudy.v1.TakeSnapshotReply;
import io.understudy.v1.TakeSnapshotRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What agent-primary's commands ask of the daemon. */
public final class AdminService extends PrimaryAdminGrpc.PrimaryAdminImplBase {
    public static final String MANUAL = "manual";

    /** Between two messages about one step: a person sees no more, and each of 15,000 files would be one. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(AdminService.class);

    private final String site;
    private final SnapshotQueue desk;
    private final Supplier<PrimaryStatus> status;
    private final Ticker ticker;

    AdminService(String site, SnapshotQueue desk, Supplier<PrimaryStatus> status, Ticker ticker) {
        this.site = site;
        this.desk = desk;
        this.status = status;
        this.ticker = ticker;
    }

    @Override
    public void takeSnapshot(TakeSnapshotRequest request, StreamObserver<TakeSnapshotReply> answers) {
        Answer answer = new Answer((ServerCallStreamObserver<TakeSnapshotReply>) answers);
        try {
            requireSite(request.getSite());
            List<String> periods = request.getPeriodsCount() == 0 ? List.of(MANUAL) : request.getPeriodsList();
            LOG.info("a snapshot is asked for ({})", String.join(", ", periods));
            answer.follow(desk, periods, ticker);
        } catch (UnderstudyException e) {
            answers.onError(RpcFailures.toStatus(e));
        }
    }

    @Override
    public void status(PrimaryStatusRequest request, StreamObserver<PrimaryStatus> answer) {
        try {
            requireSite(request.getSite());
            answer.onNext(status.get());
            answer.onCompleted();
        } catch (RuntimeException e) {
            answer.onError(RpcFailures.toStatus(e));
        }
    }

    private void requireSite(String asked) {
        if (!asked.equals(site)) {
            throw new UnderstudyException(
                    ErrorCode.WRONG_SITE,
                    "cannot do this for site \"" + asked + "\": the agent that runs here is of site \"" + site + "\"",
                    "give each site its own primary.listen");
        }
    }

    /** One caller who waits for a snapshot. When it leaves, the snapshot is cancelled. */
    private static final class Answer implements Progress {
        private final ServerCallStreamObserver<TakeSnapshotReply> call;
        private SnapshotQueue.Job job;

        private Answer(ServerCallStreamObserver<TakeSnapshotReply> call) {
            this.call = call;
        }

        private synchronized void follow(SnapshotQueue desk, List<String> periods, Ticker ticker) {
            call.setOnCancelHandler(this::cancel);
            job = desk.submit(periods, new PacedProgress(this, ticker, PAUSE), this::end);
        }

        @Override
        public synchronized void report(String step, long doneBytes, long totalBytes) {
            if (call.isReady() && !call.isCancelled()) {
                call.onNext(TakeSnapshotReply.newBuilder()
                        .setProgress(Messages.progress(step, doneBytes, totalBytes))
                        .build());
            }
        }

        private synchronized void cancel() {
            if (job != null) {
                job.cancel(true);
            }
        }

        private synchronized void end() {
            if (call.isCancelled()) {
                return;
            }
            try {
                Taken taken = job.get();
                call.onNext(TakeSnapshotReply.newBuilder()
                        .setTaken(Messages.taken(taken))
                        .build());
                call.onCompleted();
            } catch (ExecutionException e) {
                call.onError(RpcFailures.toStatus(e.getCause()));
            } catch (CancellationException | InterruptedException e) {
                call.onError(RpcFailures.toStatus(new UnderstudyException(
                        ErrorCode.CANCELLED,
                        "cannot finish the snapshot: the agent was stopped",
                        "take another one when it runs again",
                        e)));
            }
        }
    }
}

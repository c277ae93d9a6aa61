package io.understudy.admin;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.PacedProgress;
import io.understudy.progress.Progress;
import io.understudy.time.Ticker;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.AdminGrpc;
import io.understudy.v1.AdminReply;
import io.understudy.v1.AdminRequest;
import io.understudy.v1.StepProgress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The handlers of an agent, over gRPC. Each call keeps a thread of the server until its command has ended. */
public final class AdminService extends AdminGrpc.AdminImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(AdminService.class);

    /** Between two messages about one step: a person sees no more, and each of 15,000 files would be one. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private static final int LARGEST_REQUEST = 64 << 10;
    /** What a client takes in is 1 MiB, with some bytes around the result. */
    private static final int LARGEST_RESULT = (1 << 20) - 64;

    private final String site;
    private final AdminHandlers handlers;
    private final Ticker ticker;

    public AdminService(String site, AdminHandlers handlers, Ticker ticker) {
        this.site = site;
        this.handlers = handlers;
        this.ticker = ticker;
    }

    @Override
    public void call(AdminRequest request, StreamObserver<AdminReply> observer) {
        Answer answer = new Answer((ServerCallStreamObserver<AdminReply>) observer);
        AdminCall call = new AdminCall(new PacedProgress(answer, ticker, PAUSE));
        // Not the observer's own handler: gRPC would call it in this thread, after the command has ended.
        Context.CancellationListener left = context -> call.cancel();
        Context.current().addListener(left, Runnable::run);
        try {
            requireSite(request.getSite());
            requireSize("the request", request.getArguments(), LARGEST_REQUEST);
            LOG.debug("asked to do {}", request.getCommand());
            String result = handlers.call(request.getCommand(), request.getArguments(), call);
            requireSize("the result", result, LARGEST_RESULT);
            answer.end(result);
        } catch (RuntimeException | OutOfMemoryError e) {
            answer.fail(e);
        } finally {
            Context.current().removeListener(left);
        }
    }

    private void requireSite(String asked) {
        if (!asked.equals(site)) {
            throw new UnderstudyException(
                    ErrorCode.WRONG_SITE,
                    "cannot run the command for site \"" + asked + "\": the agent that runs here is of site \"" + site
                            + "\"",
                    "give each site's agents addresses of their own in primary.listen and replica.listen");
        }
    }

    private static void requireSize(String what, String text, int largest) {
        int size = text.getBytes(StandardCharsets.UTF_8).length;
        if (size > largest) {
            throw new UnderstudyException(
                    ErrorCode.INTERNAL,
                    "cannot run the command: " + what + " has " + size + " bytes, the limit is " + largest,
                    "this is a defect of Understudy: please report it with the agent's log");
        }
    }

    /** One caller. Progress comes from several threads. */
    private static final class Answer implements Progress {
        private final ServerCallStreamObserver<AdminReply> call;
        private boolean ended;

        private Answer(ServerCallStreamObserver<AdminReply> call) {
            this.call = call;
        }

        @Override
        public synchronized void report(String step, long doneBytes, long totalBytes) {
            if (!ended && call.isReady() && !call.isCancelled()) {
                call.onNext(AdminReply.newBuilder()
                        .setProgress(StepProgress.newBuilder()
                                .setStep(step)
                                .setDoneBytes(doneBytes)
                                .setTotalBytes(totalBytes))
                        .build());
            }
        }

        private synchronized void end(String result) {
            ended = true;
            if (!call.isCancelled()) {
                call.onNext(AdminReply.newBuilder().setResult(result).build());
                call.onCompleted();
            }
        }

        private synchronized void fail(Throwable failure) {
            ended = true;
            call.onError(RpcFailures.toStatus(failure));
        }
    }
}

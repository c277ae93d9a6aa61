package io.understudy.admin;

import io.understudy.audit.Caller;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.PacedProgress;
import io.understudy.progress.Progress;
import io.understudy.time.Ticker;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.AdminReply;
import io.understudy.v1.AdminRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The handlers of an agent, for the messages of callers in other processes. */
public final class AdminService {
    /** Between two messages about one step: a person sees no more, and each of 15,000 files would be one. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private static final int LARGEST_ARGUMENTS = 64 << 10;
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

    AdminCall call(Caller caller, Progress progress) {
        return new AdminCall(caller, new PacedProgress(progress, ticker, PAUSE));
    }

    /** Does one command. @return its result, or why there is none */
    AdminReply answer(AdminRequest request, AdminCall call) {
        try {
            requireSite(request.getSite());
            requireSize("the request", request.getArguments(), LARGEST_ARGUMENTS);
            String result = handlers.call(request.getCommand(), request.getArguments(), call);
            requireSize("the result", result, LARGEST_RESULT);
            return AdminReply.newBuilder().setResult(result).build();
        } catch (RuntimeException | OutOfMemoryError e) {
            return failed(e);
        }
    }

    static AdminReply failed(Throwable failure) {
        return AdminReply.newBuilder()
                .setFailure(RpcFailures.messageOf(failure))
                .build();
    }

    private void requireSite(String asked) {
        if (!asked.equals(site)) {
            throw new UnderstudyException(
                    ErrorCode.WRONG_SITE,
                    "cannot run the command for site \"" + asked + "\": the agent that runs here is of site \"" + site
                            + "\"",
                    "give each site a state folder of its own");
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
}

package io.understudy.replica.discover;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.understudy.cli.Json;
import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverView;
import io.understudy.transport.HandshakeReason;
import io.understudy.transport.PlainText;
import io.understudy.transport.RpcFailures;
import io.understudy.v1.ReplicationGrpc;
import io.understudy.v1.SwitchoverCall;
import io.understudy.v1.SwitchoverNews;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Asks the agent of a primary for a switchover to this standby. */
public final class SwitchoverCaller {
    private static final int LONGEST_STEP = 200;

    private final String site;
    private final Function<HostPort, ManagedChannel> channels;

    /** @param channels each is closed after its call */
    public SwitchoverCaller(String site, Function<HostPort, ManagedChannel> channels) {
        this.site = site;
        this.channels = channels;
    }

    /**
     * What became of a call: a result, or a connection that was lost.
     *
     * @param taken whether the primary had taken the request
     * @param lost why there is no result
     */
    public record Answer(Optional<SwitchoverView> view, boolean taken, Optional<UnderstudyException> lost) {
        public static Answer of(SwitchoverView view) {
            return new Answer(Optional.of(view), true, Optional.empty());
        }

        public static Answer lost(boolean taken, UnderstudyException why) {
            return new Answer(Optional.empty(), taken, Optional.of(why));
        }
    }

    /**
     * Waits for the end.
     *
     * @throws UnderstudyException what the primary answered, {@code PEER_REFUSED} where one side refuses the other,
     *     {@code CANCELLED} where this thread is interrupted
     */
    public Answer ask(HostPort primary, SwitchoverRequest request, Progress progress) {
        String what = "cannot ask the primary's agent at " + primary;
        ManagedChannel channel = channels.apply(primary);
        boolean taken = false;
        try {
            Iterator<SwitchoverNews> all =
                    ReplicationGrpc.newBlockingStub(channel).switchover(call(request));
            while (all.hasNext()) {
                SwitchoverNews news = all.next();
                taken = true;
                if (news.hasResult()) {
                    return Answer.of(read(news.getResult(), what));
                }
                progress.report(PlainText.of(news.getProgress().getStep(), LONGEST_STEP), 0, -1);
            }
            return Answer.lost(taken, noResult(what));
        } catch (StatusRuntimeException e) {
            return Answer.lost(taken, lost(what, e));
        } finally {
            channel.shutdownNow();
        }
    }

    private SwitchoverCall call(SwitchoverRequest request) {
        return SwitchoverCall.newBuilder()
                .setSite(site)
                .setStandby(request.standby())
                .setLimitSeconds((int) request.limit().toSeconds())
                .setWhat(request.what().name().toLowerCase(Locale.ROOT))
                .build();
    }

    private static UnderstudyException lost(String what, StatusRuntimeException failure) {
        UnderstudyException known = RpcFailures.fromStatus(what, failure);
        // Cancelled by the primary: its agent is stopped, and the next one goes on. Cancelled here: an interrupt.
        boolean cancelled = known.code() == ErrorCode.CANCELLED;
        if (RpcFailures.isReasoned(failure) != cancelled) {
            throw known;
        }
        HandshakeReason.of(failure).ifPresent(reason -> {
            throw new UnderstudyException(
                    ErrorCode.PEER_REFUSED,
                    what + ": " + reason,
                    "run agent-replica check: it says what does not fit of the certificates of both servers",
                    failure);
        });
        return known;
    }

    private static SwitchoverView read(String result, String what) {
        try {
            return Json.read(result, SwitchoverView.class);
        } catch (IllegalArgumentException e) {
            throw new UnderstudyException(
                    ErrorCode.AGENT_UNREACHABLE,
                    what + ": its result cannot be read: " + e.getMessage(),
                    "use the same version of Understudy on both servers",
                    e);
        }
    }

    private static UnderstudyException noResult(String what) {
        return new UnderstudyException(
                ErrorCode.AGENT_UNREACHABLE, what + ": it ended the call without a result", "see its log");
    }
}

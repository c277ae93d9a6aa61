package io.understudy.replica.app;

import io.understudy.config.HostPort;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.discover.SwitchoverCaller.Answer;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.switchover.SwitchoverRequest.What;
import io.understudy.switchover.SwitchoverView;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A switchover that is asked for on the standby. The primary's agent does it; where the connection is lost on the way,
 * it goes on there, and this server asks again for its end until the time of the switchover is over, and looks whether
 * it has become the primary itself.
 */
public final class RequestedSwitchover {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** A primary that goes back at its limit needs some time for it. */
    private static final Duration END = Duration.ofMinutes(1);

    private final List<HostPort> primaries;
    private final Asking asking;
    private final BooleanSupplier tookOver;
    private final Ticker ticker;

    /** One call to one primary; throws what that answers. */
    @FunctionalInterface
    public interface Asking {
        Answer ask(HostPort primary, SwitchoverRequest request, Progress progress);
    }

    /**
     * @param primaries asked in turn: where one is no primary, or does not answer, the next
     * @param tookOver whether this server has become the primary
     */
    public RequestedSwitchover(List<HostPort> primaries, Asking asking, BooleanSupplier tookOver, Ticker ticker) {
        this.primaries = List.copyOf(primaries);
        this.asking = asking;
        this.tookOver = tookOver;
        this.ticker = ticker;
    }

    /**
     * Waits for the end.
     *
     * @throws UnderstudyException what stands in the way, or that the end is not known
     */
    public SwitchoverView run(SwitchoverRequest request, Progress progress) {
        Optional<UnderstudyException> lost = Optional.empty();
        Optional<UnderstudyException> standby = Optional.empty();
        for (HostPort primary : primaries) {
            try {
                Answer answer = asking.ask(primary, request, progress);
                if (answer.view().isPresent()) {
                    return answer.view().get();
                }
                if (answer.taken() && request.what() == What.BEGIN) {
                    return resumed(primary, request, progress);
                }
                lost = lost.or(answer::lost);
            } catch (UnderstudyException e) {
                if (e.code() != ErrorCode.BACKUP_MODE) {
                    throw e;
                }
                standby = standby.or(() -> Optional.of(isStandby(primary, e)));
            }
        }
        // One that does not answer may be the primary; one that is a standby is not.
        UnderstudyException none = standby.orElseGet(RequestedSwitchover::noPrimary);
        throw lost.orElse(none);
    }

    private SwitchoverView resumed(HostPort primary, SwitchoverRequest request, Progress progress) {
        long begun = ticker.nanos();
        Duration limit = request.limit().plus(END);
        while (ticker.since(begun).compareTo(limit) < 0) {
            if (tookOver.getAsBoolean()) {
                return SwitchoverView.of(
                        request.standby(), SwitchoverView.HANDED_OVER, Optional.empty(), Optional.empty());
            }
            progress.report("the connection to " + primary + " was lost: ask again; the switchover goes on", 0, -1);
            ticker.pause(PAUSE, "wait for the end of the switchover, which goes on by itself");
            Answer answer = asking.ask(primary, request.watch(), progress);
            if (answer.view().isPresent()) {
                return answer.view().get();
            }
        }
        throw new UnderstudyException(
                ErrorCode.AGENT_UNREACHABLE,
                "the end of the switchover is not known: the connection to " + primary
                        + " was lost, and it does not answer",
                "it ends or goes back by itself: agent-replica status says whether this server is the primary; agent-primary status on the other server says what it does");
    }

    /** What that server says of itself would be read as of this one. */
    private static UnderstudyException isStandby(HostPort primary, UnderstudyException cause) {
        return new UnderstudyException(
                ErrorCode.BACKUP_MODE,
                "cannot ask a primary for a switchover: the server at " + primary + " is in backup mode, too",
                "add the primary to replica.primaries, or run agent-primary switchover there",
                cause);
    }

    private static UnderstudyException noPrimary() {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot ask a primary for a switchover: replica.primaries is empty",
                "set it, or run agent-primary switchover on the primary");
    }
}

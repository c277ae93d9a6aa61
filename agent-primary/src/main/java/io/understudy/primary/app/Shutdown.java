package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.quiesce.SiteTurn;
import io.understudy.primary.quiesce.StoppedForGood;
import io.understudy.site.Marker;
import io.understudy.site.SiteService;
import io.understudy.tasks.TimeLimit;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * A last snapshot before this server stops: the site is stopped by its own command, then a snapshot is taken that
 * names itself the last one. Where the site cannot be stopped, the snapshot is taken all the same, and says so.
 */
public final class Shutdown {
    private final Duration limit;
    private final SwitchoverEnd switchover;
    private final Marker marker;
    private final Optional<SiteService> site;
    private final Optional<StoppedForGood> forGood;
    private final Optional<SiteTurn> turn;
    private final Function<SnapshotRequest, SnapshotView> snapshots;
    private final Ticker ticker;

    /**
     * @param limit of all of it
     * @param switchover ends the one that is under way
     * @param site that can be stopped; empty: it runs on
     * @param forGood notes that before: whatever stops the site for a snapshot does not start it any more. Empty: none
     *     does so
     * @param turn in which both is done: a start that is under way would come behind the stop. Empty: none does so
     * @param snapshots takes one; ends early with an exception where its thread is interrupted
     */
    Shutdown(
            Duration limit,
            SwitchoverEnd switchover,
            Marker marker,
            Optional<SiteService> site,
            Optional<StoppedForGood> forGood,
            Optional<SiteTurn> turn,
            Function<SnapshotRequest, SnapshotView> snapshots,
            Ticker ticker) {
        this.limit = Objects.requireNonNull(limit);
        this.switchover = Objects.requireNonNull(switchover);
        this.marker = Objects.requireNonNull(marker);
        this.site = Objects.requireNonNull(site);
        this.forGood = Objects.requireNonNull(forGood);
        this.turn = Objects.requireNonNull(turn);
        this.snapshots = Objects.requireNonNull(snapshots);
        this.ticker = Objects.requireNonNull(ticker);
    }

    /**
     * Does nothing in backup mode. A switchover that is under way goes back before: it would start the site of another
     * server with a final snapshot, or this one's behind the last snapshot. Where the standby has taken over, this
     * server is in backup mode.
     *
     * @throws UnderstudyException {@code LOCKED} where a switchover does not end, and nothing was changed; why there is
     *     no last snapshot, and whether the site is stopped; where it took too long, {@code COMMAND_TIMEOUT}
     */
    public ShutdownView run() {
        long begun = ticker.nanos();
        switchover.await(limit.dividedBy(3));
        if (marker.present()) {
            return ShutdownView.ofStandby();
        }
        Optional<UnderstudyException> failure = stop();
        boolean stopped = site.isPresent() && failure.isEmpty();
        Duration left = limit.minus(ticker.since(begun));
        try {
            SnapshotView taken =
                    TimeLimit.on(() -> snapshots.apply(SnapshotRequest.last(stopped)), left, () -> tooLong(left));
            return ShutdownView.of(stopped, failure, taken);
        } catch (UnderstudyException e) {
            throw new UnderstudyException(
                    e.code(),
                    "no last snapshot: " + e.getMessage() + "; the site is " + (stopped ? "" : "not ") + "stopped"
                            + failure.map(why -> ": " + why.getMessage()).orElse(""),
                    e.hint() + "; then run agent-primary shutdown again, or start the site by its own command",
                    e);
        }
    }

    private Optional<UnderstudyException> stop() {
        try {
            site.ifPresent(each ->
                    turn.ifPresentOrElse(mine -> mine.behind(() -> stopForGood(each)), () -> stopForGood(each)));
            return Optional.empty();
        } catch (UnderstudyException e) {
            forGood.ifPresent(StoppedForGood::over);
            return Optional.of(new UnderstudyException(
                    e.code(),
                    e.getMessage(),
                    "what the site wrote after the snapshot is on this server alone: stop it by hand, and run"
                            + " agent-primary shutdown again",
                    e));
        }
    }

    /** Where that can't be noted it is not stopped: a snapshot would start it behind the last one. */
    private void stopForGood(SiteService stopped) {
        forGood.ifPresent(StoppedForGood::note);
        stopped.stop();
    }

    private UnderstudyException tooLong(Duration left) {
        return new UnderstudyException(
                ErrorCode.COMMAND_TIMEOUT,
                "the snapshot did not end within the " + Math.max(0, left.toSeconds())
                        + " s that primary.shutdown.limit (" + limit.toSeconds() + " s) left it",
                "raise primary.shutdown.limit, and TimeoutStopSec of understudy-shutdown.service with it");
    }
}

package io.understudy.primary.switchover;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.switchover.SwitchoverRequest;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What is there before the site stops need not be shipped while it is down: a snapshot just before, which the standby
 * loads, leaves little for the final one.
 */
final class ShippedAhead {
    private static final Duration PAUSE = Duration.ofMillis(250);

    /**
     * What is loaded on a standby that is not seen over gRPC is not known: it gets this time for it, once it has
     * reported the newest scheduled snapshot as live.
     */
    private static final Duration UNSEEN = Duration.ofSeconds(10);

    /** Where continuous snapshots come a standby may always be at work: it gets this time to finish one. */
    private static final Duration REST = Duration.ofSeconds(30);

    private final SwitchoverChecks checks;
    private final Supplier<Optional<SnapshotId>> shipped;
    private final Ticker ticker;

    /** @param shipped ships what changed up to now while the site runs; gives the newest snapshot then */
    ShippedAhead(SwitchoverChecks checks, Supplier<Optional<SnapshotId>> shipped, Ticker ticker) {
        this.checks = checks;
        this.shipped = shipped;
        this.ticker = ticker;
    }

    /**
     * Returns when the standby has it.
     *
     * @param cancelled whether it is not wanted any more
     * @throws UnderstudyException {@code AGENT_UNREACHABLE} after the request's limit, {@code SNAPSHOT_HELD},
     *     {@code CANCELLED}, and why the snapshot failed; nothing has changed then
     */
    void ship(SwitchoverRequest request, BooleanSupplier cancelled, Progress progress) {
        progress.report("ship what changed", 0, -1);
        Optional<SnapshotId> newest = shipped(request, cancelled);
        long begun = ticker.nanos();
        Optional<Long> loaded = Optional.empty();
        while (newest.isPresent()) {
            requireWanted(request, cancelled);
            KnownStandby standby = checks.known(request.standby());
            SwitchoverChecks.requireNotHeld(standby);
            Optional<SnapshotId> missed = checks.missed(standby);
            boolean unseen = standby.state().isEmpty()
                    && missed.isEmpty()
                    && ticker.since(begun).compareTo(UNSEEN) > 0;
            if (standby.has(newest.get())) {
                loaded = loaded.or(() -> Optional.of(ticker.nanos()));
            }
            // What it stages and tidies after a load would be waited for with both sites down.
            boolean rests = !standby.applies()
                    && loaded.filter(since ->
                                    !standby.busy() || ticker.since(since).compareTo(REST) > 0)
                            .isPresent();
            if (rests || unseen) {
                return;
            }
            progress.report(
                    "wait until " + request.standby()
                            + (loaded.isPresent() ? " has nothing else to do" : " has " + newest.get()),
                    0,
                    -1);
            boolean late = ticker.since(begun).compareTo(request.limit()) > 0;
            if (late && (loaded.isEmpty() || standby.applies())) {
                throw new UnderstudyException(
                        ErrorCode.AGENT_UNREACHABLE,
                        "cannot hand the site over to " + request.standby() + ": "
                                + (loaded.isEmpty()
                                        ? "it does not have " + missed.orElse(newest.get())
                                        : "it is still applying")
                                + " after " + request.limit().toSeconds() + " s",
                        "see agent-replica status there; --limit gives it longer; where it was rejected or rolled back there,"
                                + " take another one first: agent-primary snapshot");
            }
            ticker.pause(PAUSE, "wait for " + request.standby());
        }
    }

    /** What cancels the switchover may cancel its snapshot before. */
    private Optional<SnapshotId> shipped(SwitchoverRequest request, BooleanSupplier cancelled) {
        try {
            return shipped.get();
        } catch (UnderstudyException e) {
            requireWanted(request, cancelled);
            throw e;
        }
    }

    /** @throws UnderstudyException {@code CANCELLED} */
    static void requireWanted(SwitchoverRequest request, BooleanSupplier cancelled) {
        if (cancelled.getAsBoolean()) {
            throw new UnderstudyException(
                    ErrorCode.CANCELLED,
                    "the switchover to " + request.standby() + " was cancelled before it began: nothing has changed",
                    "agent-primary switchover " + request.standby() + " begins another one");
        }
    }
}

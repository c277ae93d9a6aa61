package io.understudy.primary.switchover;

import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import io.understudy.tasks.BoundedCall;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Ends questions that are not answered. A filestore whose network loses every packet refuses nothing: one question,
 * with all its attempts, takes minutes, while the site is stopped and the limit of the switchover passes. A question
 * that was given up changes nothing. What writes waits as long as it takes: without it no server may serve.
 */
public final class BoundedNextEpoch implements NextEpoch {
    /** Longer than the attempt of a connection. */
    private static final Duration BOUND = Duration.ofSeconds(15);
    /** Those that were given up may go on for a while. */
    private static final int MOST = 4;

    private final NextEpoch next;
    private final Duration bound;
    private final BoundedCall calls = BoundedCall.threads("next-epoch", MOST, "agent-primary");

    public BoundedNextEpoch(NextEpoch next) {
        this(next, BOUND);
    }

    BoundedNextEpoch(NextEpoch next, Duration bound) {
        this.next = next;
        this.bound = bound;
    }

    @Override
    public List<String> requireReady(int epoch) {
        return ask("read the claims", () -> next.requireReady(epoch));
    }

    @Override
    public Optional<EpochClaim> taken(int epoch, Optional<EpochClaim> own) {
        return ask("read the claims", () -> next.taken(epoch, own));
    }

    @Override
    public Optional<SnapshotId> finalSnapshot(int epoch, String standby) {
        return ask("look for the final snapshot", () -> next.finalSnapshot(epoch, standby));
    }

    @Override
    public EpochClaim draw(int epoch) {
        return next.draw(epoch);
    }

    @Override
    public void take(EpochClaim claim) {
        next.take(claim);
    }

    @Override
    public void giveWay(EpochClaim claim) {
        next.giveWay(claim);
    }

    private <T> T ask(String what, Supplier<T> question) {
        return calls.within(bound, what, question);
    }
}

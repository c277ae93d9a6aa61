package io.understudy.replica.promote;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import io.understudy.tasks.BoundedCall;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Claims that have an end: a filestore that answers slowly, or a network file system that does not answer at all, holds
 * up no promotion for longer than this. A claim that arrives later is found by the next attempt to be this server's
 * own.
 */
public final class BoundedClaims implements EpochClaims {
    /** Longer than the filestore's own retries, so that their message is the one that is seen. */
    static final Duration LIMIT = Duration.ofSeconds(90);

    /** Promotions that are tried often while the filestore hangs leave no more threads than these behind. */
    private static final int MOST = 32;

    private static final BoundedCall CALLS = BoundedCall.threads("claim", MOST, "agent-replica");

    private final EpochClaims claims;
    private final Duration limit;

    public BoundedClaims(EpochClaims claims) {
        this(claims, LIMIT);
    }

    BoundedClaims(EpochClaims claims, Duration limit) {
        this.claims = claims;
        this.limit = limit;
    }

    @Override
    public EpochClaims within(Duration shorter) {
        return new BoundedClaims(claims, shorter.compareTo(limit) < 0 ? shorter : limit);
    }

    @Override
    public EpochClaims planned() {
        return new BoundedClaims(claims.planned(), limit);
    }

    @Override
    public void requireKey() {
        claims.requireKey();
    }

    @Override
    public int held() {
        return claims.held();
    }

    @Override
    public boolean isKnownOvertaken() {
        return claims.isKnownOvertaken();
    }

    @Override
    public String server() {
        return claims.server();
    }

    @Override
    public int highest(int known) {
        return bounded("read the claims", () -> claims.highest(known));
    }

    @Override
    public int next(int known) {
        return bounded("read the claims", () -> claims.next(known));
    }

    @Override
    public void requireFree(EpochClaim claim) {
        bounded("read the claims", () -> {
            claims.requireFree(claim);
            return true;
        });
    }

    @Override
    public List<UnderstudyException> findings(int epoch, Optional<SnapshotId> live) {
        try {
            return bounded("look at the repository", () -> claims.findings(epoch, live));
        } catch (UnderstudyException e) {
            return List.of();
        }
    }

    @Override
    public boolean stands(EpochClaim claim) {
        return bounded("read the claims", () -> claims.stands(claim));
    }

    @Override
    public void claim(EpochClaim claim) {
        bounded("claim epoch " + claim.epoch(), () -> {
            claims.claim(claim);
            return true;
        });
    }

    @Override
    public void hold(EpochClaim claim) {
        bounded("hold epoch " + claim.epoch(), () -> {
            claims.hold(claim);
            return true;
        });
    }

    private <T> T bounded(String what, Supplier<T> call) {
        return CALLS.within(limit, what, call);
    }
}

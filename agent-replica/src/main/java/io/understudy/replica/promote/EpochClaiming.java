package io.understudy.replica.promote;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.state.ReplicaState.Promoted;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Which epoch a promotion claims, and whether the claim succeeded. */
public final class EpochClaiming {
    /** What an unfenced promotion waits for the filestore: it goes on without it. */
    private static final Duration UNFENCED = Duration.ofSeconds(10);

    private final EpochClaims claims;
    private final Events events;
    private final Supplier<String> nonces;
    private final Clock clock;

    /** @param nonces draws a new one with each call */
    public EpochClaiming(EpochClaims claims, Events events, Supplier<String> nonces, Clock clock) {
        this.claims = claims;
        this.events = events;
        this.nonces = nonces;
        this.clock = clock;
    }

    /** The same, with the claims of a switchover. */
    EpochClaiming planned() {
        return new EpochClaiming(claims.planned(), events, nonces, clock);
    }

    /** @throws UnderstudyException {@code KEY_MISSING}, {@code KEY_INVALID}: nothing can be claimed here */
    void requireKey() {
        claims.requireKey();
    }

    /** The epoch that this server noted as its own; 0 when there is none, or none that can be read. */
    int held() {
        try {
            return claims.held();
        } catch (UnderstudyException e) {
            events.report(new ReplicaEvent.HeldEpochUnknown(e));
            return 0;
        }
    }

    /**
     * Whether the epoch of this promotion, or a later one of a switchover that was taken back, is this server's, as far
     * as can be seen. Its note may be lost: without it the primary's agent commits nothing.
     *
     * @param unfenced whether a filestore that does not answer soon is not waited for
     */
    boolean holds(Promoted promoted, boolean unfenced) {
        int held = held();
        return promoted.claimed()
                && !promoted.isOverruled()
                && held >= promoted.epoch()
                && !isOverruled(held, reached(unfenced));
    }

    /** The highest epoch that this server knows to be claimed without asking a filestore; 0: none. */
    int known() {
        return Math.max(held(), claims.overtakenBy());
    }

    /**
     * A claim that was sent before may have arrived: it is repeated, not replaced, unless force has to go past
     * another's that came after it.
     *
     * @param last the claim that was sent last
     * @param held the epoch that this server's data is of
     */
    EpochClaim next(Optional<EpochClaim> last, int held, Promotion.Request request) {
        int epoch = held + 1;
        try {
            if (request.force()) {
                int next = reached(request.unfenced()).next(held);
                epoch = last.filter(each -> each.epoch() > held)
                                .filter(each -> each.epoch() == next - 1 && claims.stands(each))
                                .isPresent()
                        ? next - 1
                        : next;
            }
        } catch (UnderstudyException e) {
            if (!request.unfenced()) {
                throw refused(e, request.force());
            }
        }
        return of(last, epoch, request.reason());
    }

    /**
     * Before anything of the promotion is durable: whether the claim can succeed. An unfenced promotion needs no answer
     * of the filestore, and does not ask before it claims.
     *
     * @throws UnderstudyException why it can't
     */
    void requireFree(EpochClaim claim, Promotion.Request request) {
        if (request.unfenced()) {
            return;
        }
        try {
            claims.requireFree(claim);
        } catch (UnderstudyException e) {
            throw refused(e, request.force());
        }
    }

    private EpochClaims reached(boolean unfenced) {
        return unfenced ? claims.within(UNFENCED) : claims;
    }

    /** What an operator should know of the repository after a promotion. Never throws. */
    List<UnderstudyException> findings(int epoch, Optional<SnapshotId> live) {
        return claims.findings(epoch, live);
    }

    /**
     * The claim of this epoch: the one that was kept, or where that was lost a new one.
     *
     * @throws UnderstudyException {@code EPOCH_TAKEN} when there is no such epoch
     */
    EpochClaim of(Optional<EpochClaim> last, int epoch, String reason) {
        if (epoch > EpochClaim.HIGHEST) {
            throw new UnderstudyException(
                    ErrorCode.EPOCH_TAKEN,
                    "cannot claim epoch " + epoch + ": " + EpochClaim.HIGHEST + " is the last there is",
                    "find out who wrote the snapshot or the claim of that number: no agent reaches it");
        }
        return last.filter(each -> each.epoch() == epoch)
                .orElseGet(() -> new EpochClaim(epoch, claims.server(), clock.instant(), reason, nonces.get()));
    }

    /**
     * @param unfenced whether the promotion goes on without a filestore that does not answer soon
     * @return why the epoch is not claimed, or not known as claimed to the primary's agent here: the claim has to be
     *     repeated
     */
    Optional<UnderstudyException> claim(EpochClaim claim, boolean unfenced) {
        try {
            EpochClaims reached = reached(unfenced);
            reached.claim(claim);
            events.report(new ReplicaEvent.EpochSeen(claim.epoch()));
            reached.hold(claim);
            return Optional.empty();
        } catch (UnderstudyException e) {
            return Optional.of(e);
        }
    }

    /** Whether the claim stands in the repository, though something else of it failed. */
    boolean stands(EpochClaim claim) {
        try {
            return claims.stands(claim);
        } catch (UnderstudyException e) {
            return false;
        }
    }

    /**
     * Whether another server was promoted since. Where that can't be seen, and was not seen before, none was: the site
     * may have to be restarted just then.
     *
     * @param epoch that this server holds
     */
    boolean isOverruled(int epoch) {
        return isOverruled(epoch, claims);
    }

    private boolean isOverruled(int epoch, EpochClaims asked) {
        try {
            return isKnownOvertaken() || asked.highest(epoch) > epoch;
        } catch (UnderstudyException e) {
            events.report(new ReplicaEvent.LaterPromotionUnknown(e));
            return false;
        }
    }

    /**
     * Whether a claim that failed can never stand, for another server's does; false where that can't be seen.
     *
     * @param claim empty where it is not remembered
     * @param warnings what it failed with, among others
     */
    boolean isLost(Optional<EpochClaim> claim, List<UnderstudyException> warnings) {
        try {
            return isOvertaken(warnings) && claim.filter(claims::isLost).isPresent();
        } catch (UnderstudyException e) {
            // The claim is repeated, and this is looked at again.
            return false;
        }
    }

    /** Whether that was seen before, of the epoch that this server holds. Asks no filestore. */
    boolean isKnownOvertaken() {
        return claims.overtakenBy() > 0;
    }

    /** Where another server holds the epoch the site is not restarted: that would start a second production. */
    static boolean isOvertaken(List<UnderstudyException> warnings) {
        return warnings.stream().anyMatch(each -> each.code() == ErrorCode.EPOCH_TAKEN);
    }

    static boolean isFilestore(UnderstudyException failure) {
        return failure.code().kind() == ErrorKind.FILESTORE || failure.code().judgesContent();
    }

    /** A refusal of {@link #next} or {@link #requireFree}, of a server without a marker. */
    static UnderstudyException ofProduction(UnderstudyException refusal) {
        Throwable why = refusal.getCause() == null ? refusal : refusal.getCause();
        return new UnderstudyException(
                refusal.code(), "cannot make this server the primary: " + why.getMessage(), refusal.hint(), refusal);
    }

    /** @param force whether it was asked for, and has to be asked for again */
    static UnderstudyException refused(UnderstudyException cause, boolean force) {
        String hint = cause.hint();
        if (isFilestore(cause)) {
            String remedy = cause.code() == ErrorCode.FILESTORE_DENIED
                    ? "give the agent keys that may write in the filestore; "
                    : "";
            hint = remedy
                    + "without the filestore the old primary can't be fenced; if it is certainly off: agent-replica promote "
                    + (force ? "--force --unfenced" : "--unfenced");
        } else if (cause.code() == ErrorCode.EPOCH_TAKEN) {
            hint = cause.hint() + "; to promote this server over it: agent-replica promote --force";
        }
        return new UnderstudyException(
                cause.code(),
                "cannot promote this server, it stays in backup mode: " + cause.getMessage(),
                hint,
                cause);
    }
}

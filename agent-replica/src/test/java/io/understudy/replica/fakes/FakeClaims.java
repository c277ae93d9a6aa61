package io.understudy.replica.fakes;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.promote.EpochClaims;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The claims of a repository in memory, by their nonces. */
public final class FakeClaims implements EpochClaims {
    private final CrashPoints points;
    private final ConcurrentSkipListMap<Integer, String> claimed = new ConcurrentSkipListMap<>();
    private Optional<UnderstudyException> down = Optional.empty();
    private Optional<UnderstudyException> unheld = Optional.empty();
    private boolean forgetful;
    private boolean dropping;
    private boolean keyless;
    private volatile int held;
    private int overtakenBy;
    private boolean unsigned;
    private boolean planned;

    FakeClaims(CrashPoints points) {
        this.points = points;
        claimed.put(1, "the primary");
    }

    public void goDown() {
        down = Optional.of(new UnderstudyException(
                ErrorCode.FILESTORE_UNREACHABLE, "cannot claim: connection refused", "start it"));
    }

    /** The keys may only read. */
    public void deny() {
        down = Optional.of(
                new UnderstudyException(ErrorCode.FILESTORE_DENIED, "cannot claim: AccessDenied", "check the keys"));
    }

    public void comeBack() {
        down = Optional.empty();
        forgetful = false;
        dropping = false;
    }

    /** The filestore answers until a claim is sent, which does not arrive. */
    public void goDownBeforeAClaim() {
        dropping = true;
    }

    /** Claims arrive, but their acknowledgement does not. */
    public void loseAcknowledgements() {
        forgetful = true;
    }

    public void loseKey() {
        keyless = true;
    }

    /** Another server was promoted. */
    public void takenByAnother(int epoch) {
        claimed.put(epoch, "another");
    }

    /** No trusted key signed what is in the way of a claim. */
    public void unsigned() {
        unsigned = true;
    }

    public Optional<String> nonce(int epoch) {
        return Optional.ofNullable(claimed.get(epoch));
    }

    @Override
    public EpochClaims planned() {
        planned = true;
        return this;
    }

    /** Whether a claim of a switchover was asked for since this was asked last. */
    public boolean wasPlanned() {
        boolean was = planned;
        planned = false;
        return was;
    }

    /** The epoch in which this server's primary agent may commit. */
    @Override
    public int held() {
        return held;
    }

    /** The note of the epoch is lost. */
    public void loseHeld() {
        held = 0;
    }

    /** This server saw another one's higher epoch. */
    public void seeAnother(int epoch) {
        overtakenBy = epoch;
    }

    @Override
    public int overtakenBy() {
        return overtakenBy;
    }

    @Override
    public void requireKey() {
        if (keyless) {
            throw new UnderstudyException(ErrorCode.KEY_MISSING, "cannot sign: no key", "set signing.private_key");
        }
    }

    @Override
    public int highest(int known) {
        refuseWhenDown();
        return Math.max(known, claimed.lastKey());
    }

    @Override
    public int next(int known) {
        return highest(known) + 1;
    }

    @Override
    public void requireFree(EpochClaim claim) {
        refuseWhenDown();
        if (claimed.lastKey() > claim.epoch()
                || !claimed.getOrDefault(claim.epoch(), claim.nonce()).equals(claim.nonce())) {
            throw taken(claim);
        }
    }

    @Override
    public List<UnderstudyException> findings(int epoch, Optional<SnapshotId> live) {
        return List.of();
    }

    @Override
    public String server() {
        return "standby";
    }

    @Override
    public boolean isLost(EpochClaim claim) {
        refuseWhenDown();
        return !unsigned
                && (claimed.lastKey() > claim.epoch()
                        || nonce(claim.epoch())
                                .filter(each -> !each.equals(claim.nonce()))
                                .isPresent());
    }

    @Override
    public boolean stands(EpochClaim claim) {
        refuseWhenDown();
        return claim.nonce().equals(claimed.get(claim.epoch()));
    }

    @Override
    public void claim(EpochClaim claim) {
        requireKey();
        if (dropping) {
            goDown();
        }
        requireFree(claim);
        points.around("claim", () -> claimed.put(claim.epoch(), claim.nonce()));
        if (forgetful) {
            goDown();
            refuseWhenDown();
        }
    }

    /** The disk of this server takes no note of an epoch. @param failure null: it does again */
    public void refuseToHold(UnderstudyException failure) {
        unheld = Optional.ofNullable(failure);
    }

    @Override
    public void hold(EpochClaim claim) {
        unheld.ifPresent(failure -> {
            throw failure;
        });
        points.around("hold the epoch", () -> {
            held = claim.epoch();
            overtakenBy = 0;
        });
    }

    private static UnderstudyException taken(EpochClaim claim) {
        return new UnderstudyException(
                ErrorCode.EPOCH_TAKEN,
                "cannot claim epoch " + claim.epoch() + ": it is another's",
                "another server was promoted");
    }

    private void refuseWhenDown() {
        down.ifPresent(failure -> {
            throw failure;
        });
    }
}

package io.understudy.primary.switchover;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The one claim that the repository takes of the next epoch, and whether the filestore answers. */
final class FakeNextEpoch implements NextEpoch {
    private Optional<EpochClaim> claimed = Optional.empty();
    private Optional<SnapshotId> last = Optional.empty();
    private boolean away;
    private boolean notReady;
    private boolean keepsClaims;
    private boolean gaveWay;
    private int drawn;
    private int held;

    void away(boolean now) {
        away = now;
    }

    /** The standby claims the epoch. @return whether it got the epoch */
    boolean standbyClaims() {
        if (claimed.isEmpty()) {
            claimed = Optional.of(new EpochClaim(2, "b", Instant.EPOCH, "switchover from a", "of b"));
        }
        return claimed.get().server().equals("b");
    }

    Optional<String> owner() {
        return claimed.map(EpochClaim::server);
    }

    /** The epoch that this server publishes in, where it took the next one; 0: it did not. */
    int held() {
        return held;
    }

    @Override
    public List<String> requireReady(int epoch) {
        requireAnswer();
        refuse(notReady);
        return List.of("main");
    }

    @Override
    public Optional<SnapshotId> finalSnapshot(int epoch, String standby) {
        requireAnswer();
        return last;
    }

    /** The final snapshot that is in the repository. */
    void committed(SnapshotId snapshot) {
        last = Optional.of(snapshot);
    }

    @Override
    public void giveWay(EpochClaim claim) {
        requireAnswer();
        refuse(keepsClaims);
        gaveWay = true;
    }

    /** One of several filestores does not answer, and may have this server's claim. */
    void keepsClaims(boolean now) {
        keepsClaims = now;
    }

    /** One of several filestores does not answer. */
    void notReady(boolean now) {
        notReady = now;
    }

    /** Whether this server's claim was taken back. */
    boolean gaveWay() {
        return gaveWay;
    }

    @Override
    public Optional<EpochClaim> taken(int epoch, Optional<EpochClaim> own) {
        requireAnswer();
        return claimed.filter(
                claim -> own.filter(mine -> mine.nonce().equals(claim.nonce())).isEmpty());
    }

    @Override
    public EpochClaim draw(int epoch) {
        return new EpochClaim(epoch + 1, "a", Instant.EPOCH, "switchover taken back", "of a " + ++drawn);
    }

    @Override
    public void take(EpochClaim claim) {
        requireAnswer();
        if (claimed.filter(there -> !there.nonce().equals(claim.nonce())).isPresent()) {
            throw new UnderstudyException(ErrorCode.EPOCH_TAKEN, "cannot claim epoch 2: b has it", "this is a test");
        }
        claimed = Optional.of(claim);
        held = claim.epoch();
    }

    private void requireAnswer() {
        refuse(away);
    }

    private static void refuse(boolean unanswered) {
        if (unanswered) {
            throw new UnderstudyException(
                    ErrorCode.FILESTORE_UNREACHABLE, "the filestore does not answer", "this is a test");
        }
    }
}

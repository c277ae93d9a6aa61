package io.understudy.primary.switchover;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochClaim;
import java.time.Instant;
import java.util.Optional;

/** The one claim that the repository takes of the next epoch, and whether the filestore answers. */
final class FakeNextEpoch implements NextEpoch {
    private Optional<EpochClaim> claimed = Optional.empty();
    private boolean away;
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
        if (away) {
            throw new UnderstudyException(
                    ErrorCode.FILESTORE_UNREACHABLE, "the filestore does not answer", "this is a test");
        }
    }
}

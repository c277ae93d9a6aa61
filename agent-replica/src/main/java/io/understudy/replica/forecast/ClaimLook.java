package io.understudy.replica.forecast;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.ErrorKind;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.promote.EpochClaims;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Whether the epoch that a promotion claims is free, and the filestore there to claim it. Writes nothing. */
public final class ClaimLook implements Look {
    /** The answer is for people who wait for it. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final EpochClaims claims;
    private final Clock clock;

    public ClaimLook(EpochClaims claims, Clock clock) {
        this.claims = claims;
        this.clock = clock;
    }

    @Override
    public List<Obstacle> at(Seen seen) {
        Optional<SnapshotId> live = seen.record().live().flatMap(DatabaseVersion::snapshot);
        try {
            claims.requireKey();
            if (live.isPresent()) {
                claims.within(PATIENCE).requireFree(claim(seen, live.get().epoch() + 1));
            }
            return List.of();
        } catch (UnderstudyException e) {
            return List.of(obstacle(e));
        }
    }

    /** The claim that was sent before may have arrived, and is this server's own. */
    private EpochClaim claim(Seen seen, int epoch) {
        if (epoch > EpochClaim.HIGHEST) {
            throw new UnderstudyException(
                    ErrorCode.EPOCH_TAKEN,
                    "cannot claim epoch " + epoch + ": " + EpochClaim.HIGHEST + " is the last there is",
                    "find out who wrote the snapshot or the claim of that number: no agent reaches it");
        }
        return seen.record()
                .claim()
                .filter(sent -> sent.epoch() == epoch)
                .orElseGet(() -> new EpochClaim(epoch, claims.server(), clock.instant(), "forecast", "forecast"));
    }

    private static Obstacle obstacle(UnderstudyException e) {
        if (e.code() == ErrorCode.EPOCH_TAKEN) {
            return Obstacle.blocker(
                    e.code(),
                    e.getMessage(),
                    e.hint() + "; agent-replica promote --force promotes this server over it");
        }
        return e.code().kind() == ErrorKind.FILESTORE || e.code().judgesContent()
                ? Obstacle.blocker(
                        e.code(),
                        "the old primary cannot be fenced: " + e.getMessage(),
                        e.hint() + "; if it is certainly off: agent-replica promote --unfenced")
                : Obstacle.blocker(e);
    }
}

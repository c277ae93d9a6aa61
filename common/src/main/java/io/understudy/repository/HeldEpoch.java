package io.understudy.repository;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * An epoch that this server claimed, or is about to claim.
 *
 * @param repository whose epoch it is
 * @param nonce of the claim
 * @param server this server's name in the claim
 * @param when as the claim says
 * @param reason as the claim says
 */
public record HeldEpoch(UUID repository, int epoch, String nonce, String server, Instant when, String reason) {
    public HeldEpoch {
        if (epoch < 1) {
            throw new IllegalArgumentException("not an epoch: " + epoch);
        }
        Objects.requireNonNull(repository, "repository");
        Objects.requireNonNull(nonce, "nonce");
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(when, "when");
        Objects.requireNonNull(reason, "reason");
    }

    public EpochClaim claim() {
        return new EpochClaim(epoch, server, when, reason, nonce);
    }
}

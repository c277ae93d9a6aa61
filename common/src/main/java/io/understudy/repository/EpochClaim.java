package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * That a server took an epoch, or is about to. The same record is the signed object in the repository and what the
 * server keeps in its {@link EpochStore}.
 *
 * @param repository whose epoch it is; empty as read from a repository, which checks it, and in a promotion's claim
 *     before it arrived
 * @param epoch 1 to 99,999,999
 * @param server who claims, by its name
 * @param reason why: {@code init}, {@code promote}, {@code marker removed}
 * @param nonce drawn for this claim and kept by its server: distinguishes its own claim from another's
 */
public record EpochClaim(
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<UUID> repository,
        int epoch,
        String server,
        Instant when,
        String reason,
        String nonce) {
    /** The last epoch that a name can carry. */
    public static final int HIGHEST = 99_999_999;

    public EpochClaim {
        if (epoch < 1 || epoch > HIGHEST) {
            throw new IllegalArgumentException("not an epoch: " + epoch);
        }
        repository = repository == null ? Optional.empty() : repository;
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(when, "when");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(nonce, "nonce");
    }

    public EpochClaim(int epoch, String server, Instant when, String reason, String nonce) {
        this(Optional.empty(), epoch, server, when, reason, nonce);
    }

    /** The same claim, of this repository. */
    public EpochClaim of(Optional<UUID> id) {
        return new EpochClaim(id, epoch, server, when, reason, nonce);
    }
}

package io.understudy.repository;

import java.time.Instant;
import java.util.Objects;

/**
 * That a server took an epoch.
 *
 * @param epoch 1 to 99,999,999
 * @param server who claims, by its name
 * @param reason why: {@code init}, {@code promote}, {@code marker removed}
 * @param nonce drawn for this claim and kept by its server: distinguishes its own claim from another's
 */
public record EpochClaim(int epoch, String server, Instant when, String reason, String nonce) {
    private static final int HIGHEST = 99_999_999;

    public EpochClaim {
        if (epoch < 1 || epoch > HIGHEST) {
            throw new IllegalArgumentException("not an epoch: " + epoch);
        }
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(when, "when");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(nonce, "nonce");
    }
}

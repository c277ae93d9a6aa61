package io.understudy.replica.promote;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The repository's fence, as a promotion sees it. */
public interface EpochClaims {
    /** These, for a caller who waits for the filestore no longer than this. */
    default EpochClaims within(Duration limit) {
        return this;
    }

    /**
     * Those of a switchover: a claim has to stand in every filestore that counts, for the primary may claim the same
     * epoch to go back.
     */
    default EpochClaims planned() {
        return this;
    }

    /**
     * @throws io.understudy.failure.UnderstudyException {@code KEY_MISSING}, {@code KEY_INVALID}: without a signing key
     *     nothing can be claimed
     */
    void requireKey();

    /**
     * The highest epoch that anybody has claimed, by the name of the claim.
     *
     * @param known an epoch that is known to have been claimed
     * @return {@code known} when there is no higher one
     */
    int highest(int known);

    /**
     * The epoch that goes past all claims that count.
     *
     * @param known an epoch that is known to have been claimed
     * @throws io.understudy.failure.UnderstudyException {@code EPOCH_TAKEN} when no number is left
     */
    int next(int known);

    /**
     * Looks whether {@link #claim} would succeed; writes nothing.
     *
     * @throws io.understudy.failure.UnderstudyException as {@link #claim}
     */
    void requireFree(EpochClaim claim);

    /**
     * What an operator should know of the repository after a promotion: claims above this epoch that were passed over,
     * and that the repository is older than what is live. Never throws.
     *
     * @param live the snapshot that this server serves
     */
    List<UnderstudyException> findings(int epoch, Optional<SnapshotId> live);

    /** The epoch that this server noted as its own; 0 when none. Asks this server's disk alone. */
    int held();

    /**
     * Whether this server noted that another one was promoted after the epoch of {@link #held}; false also where that
     * can't be read. Asks this server's disk alone.
     */
    boolean isKnownOvertaken();

    /** This server's name in its claims. */
    String server();

    /** Whether this claim, and not another server's or one that cannot be verified here, stands in the repository. */
    boolean stands(EpochClaim claim);

    /**
     * Claims the epoch for this server; repeated with the same claim it succeeds again. On return the claim is durable
     * in the repository: from here on the old primary is fenced.
     *
     * @throws io.understudy.failure.UnderstudyException {@code EPOCH_TAKEN}, {@code FILESTORE_*}, {@code KEY_*},
     *     {@code REPOSITORY_MISSING}
     */
    void claim(EpochClaim claim);

    /**
     * Notes on this server's disk that the claim is in the repository: from here on its primary agent may commit.
     * Idempotent.
     *
     * @throws io.understudy.failure.UnderstudyException {@code FILE_*}, {@code DISK_FULL}
     */
    void hold(EpochClaim claim);
}

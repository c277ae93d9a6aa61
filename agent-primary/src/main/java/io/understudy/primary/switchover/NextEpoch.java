package io.understudy.primary.switchover;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochClaim;
import java.util.Optional;

/**
 * The epoch after this server's: the standby claims it to take the site over, this server claims it to go back. The
 * repository gives it to one of the two.
 */
public interface NextEpoch {
    /**
     * The highest claim above this epoch that is not this one.
     *
     * @param own the claim by which this server goes back
     * @return empty where there is none
     * @throws UnderstudyException {@code FILESTORE_*}
     */
    Optional<EpochClaim> taken(int epoch, Optional<EpochClaim> own);

    /** The claim by which this server goes back; nothing is sent. */
    EpochClaim draw(int epoch);

    /**
     * Claims it for this server; repeated with the same claim it succeeds again. On return it is durable that the
     * standby cannot take over, and that this server publishes in it.
     *
     * @throws UnderstudyException {@code EPOCH_TAKEN}, {@code FILESTORE_*}, {@code KEY_*}, {@code FILE_*}
     */
    void take(EpochClaim claim);
}

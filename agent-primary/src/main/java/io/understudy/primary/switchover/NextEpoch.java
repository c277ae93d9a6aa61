package io.understudy.primary.switchover;

import io.understudy.failure.UnderstudyException;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.util.List;
import java.util.Optional;

/**
 * The epoch after this server's: the standby claims it to take the site over, this server claims it to go back. The
 * repository gives it to one of the two, also where it is in several filestores.
 */
public interface NextEpoch {
    /**
     * That the claim of either server could succeed now. Writes nothing.
     *
     * @return the names of the filestores that it takes
     * @throws UnderstudyException {@code EPOCH_TAKEN}, {@code FILESTORE_*} where one of them does not answer
     */
    List<String> requireReady(int epoch);

    /**
     * The highest claim above this epoch that is not this one, in any of the filestores that count: from then on this
     * server's does not succeed.
     *
     * @param own the claim by which this server goes back
     * @return empty where there is none
     * @throws UnderstudyException {@code FILESTORE_*}
     */
    Optional<EpochClaim> taken(int epoch, Optional<EpochClaim> own);

    /**
     * The final snapshot of this epoch for a standby; the newest of several.
     *
     * @throws UnderstudyException {@code FILESTORE_*}
     */
    Optional<SnapshotId> finalSnapshot(int epoch, String standby);

    /** The claim by which this server goes back; nothing is sent. */
    EpochClaim draw(int epoch);

    /**
     * Claims it for this server; repeated with the same claim it succeeds again. On return it is durable that the
     * standby cannot take over, and that this server publishes in it.
     *
     * @throws UnderstudyException {@code EPOCH_TAKEN}; {@code FILESTORE_*}, also where another claim is met that has
     *     not succeeded yet; {@code KEY_*}, {@code FILE_*}
     */
    void take(EpochClaim claim);

    /**
     * Another claim was seen: this server's, which may stand in some filestores, does not stand in the way of it any
     * more. Idempotent.
     *
     * @throws UnderstudyException {@code FILESTORE_*}: it may still do
     */
    void giveWay(EpochClaim claim);
}

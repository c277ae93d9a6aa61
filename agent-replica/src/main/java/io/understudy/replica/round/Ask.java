package io.understudy.replica.round;

import io.understudy.repository.SnapshotId;

/** What a round is to import. */
public sealed interface Ask {
    /**
     * The newest snapshot that is newer than the applied one.
     *
     * @param impatient whether a snapshot that failed is tried before its pause is over; a rejected one never is
     */
    record Newest(boolean impatient) implements Ask {}

    /** This one, older or rejected though it may be: an operator asked for it by name. Newer ones that exist now are passed over afterwards. */
    record Named(SnapshotId snapshot) implements Ask {}
}

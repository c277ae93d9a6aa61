package io.understudy.replica.round;

import io.understudy.repository.SnapshotId;

/**
 * What a round does next, and with which snapshot.
 *
 * @param ahead whether it is only loaded into the spare database, and what is live is not touched; otherwise it becomes
 *     live
 * @param continuous whether it is one of many that follow each other closely: what keeps one of them from being loaded
 *     keeps the next one too
 */
record Choice(SnapshotId snapshot, boolean ahead, boolean continuous) {
    /** It becomes live. */
    static Choice whole(SnapshotId snapshot) {
        return new Choice(snapshot, false, false);
    }

    Choice whole() {
        return new Choice(snapshot, false, continuous);
    }
}

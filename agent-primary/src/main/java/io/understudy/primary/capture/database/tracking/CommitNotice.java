package io.understudy.primary.capture.database.tracking;

import io.understudy.repository.SnapshotId;

/** What a captured database has to know of the commit. */
public interface CommitNotice {
    /** The snapshot is about to be committed under this name. Durable on return. May come again with another name. */
    void intended(SnapshotId snapshot);

    /** It is committed. Never throws. */
    void committed();

    /**
     * Nothing is committed: what was captured is what this snapshot holds, which the capture was built on. Never
     * throws.
     */
    default void unchanged(SnapshotId same) {}

    CommitNotice NONE = new CommitNotice() {
        @Override
        public void intended(SnapshotId snapshot) {}

        @Override
        public void committed() {}
    };
}

package io.understudy.primary.capture.database.tracking;

import io.understudy.repository.SnapshotId;

/** What a captured database has to know of the commit. */
public interface CommitNotice {
    /** The snapshot is about to be committed under this name. Durable on return. May come again with another name. */
    void intended(SnapshotId snapshot);

    /** It is committed. Never throws. */
    void committed();

    CommitNotice NONE = new CommitNotice() {
        @Override
        public void intended(SnapshotId snapshot) {}

        @Override
        public void committed() {}
    };
}

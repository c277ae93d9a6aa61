package io.understudy.replica.round;

import io.understudy.repository.SnapshotId;

/** What a round is to import. */
public sealed interface ImportRequest {
    /**
     * The newest snapshot that is newer than the applied one.
     *
     * @param impatient whether a snapshot that failed is tried before its pause is over
     * @param rejectedToo whether one that was rejected is tried again
     * @param decided whether what may become live has changed, and not only what is there
     */
    record Newest(boolean impatient, boolean rejectedToo, boolean decided) implements ImportRequest {
        public Newest(boolean impatient, boolean rejectedToo) {
            this(impatient, rejectedToo, false);
        }
    }

    /** What the daemon asks for by itself. */
    static ImportRequest newest() {
        return new Newest(false, false);
    }

    /** As {@link #newest}, behind an operator's decision on what is held. */
    static ImportRequest decided() {
        return new Newest(false, false, true);
    }

    /** What an operator asks for. */
    static ImportRequest now() {
        return new Newest(true, false);
    }

    /**
     * This one, older or rejected though it may be: an operator asked for it by name. Newer ones that exist now are
     * passed over afterwards.
     */
    record Named(SnapshotId snapshot) implements ImportRequest {}
}

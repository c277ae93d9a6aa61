package io.understudy.filestore;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What keeps content in a store from being deleted or replaced by anyone who may write there. New blobs are locked as
 * they are written. Failures are those of {@link Filestore}. Thread-safe.
 */
public interface ContentLock {
    /** How long content is locked after its last extension, at least. */
    Duration length();

    /** In how many days all that is still used has to be extended once. */
    int renewalDays();

    /** Until when the object is locked; empty when it is not, or is not there. */
    Optional<Instant> until(String key);

    /** Locks the object for the full length from now on. Never shortens a lock. {@code OBJECT_MISSING} is possible. */
    void extend(String key);
}

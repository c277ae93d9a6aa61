package io.understudy.replica.load;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.util.Optional;

/** What a load asks of the round around it. */
@FunctionalInterface
public interface LoadContext {
    /** The manifest of an older snapshot, where its content is at hand. */
    Optional<Manifest> held(SnapshotId snapshot);

    /**
     * Whether the database is kept ready, not made live at once: then what takes its time and can wait, comparison with
     * digests and slow views, is left to a later load.
     */
    default boolean ahead() {
        return false;
    }

    /** Whether no one waits for it: what other loads that keep the database ready leave to later is done, too. */
    default boolean inQuiet() {
        return false;
    }

    /** Whether what takes its time is left to a later load. */
    default boolean briefly() {
        return ahead() && !inQuiet();
    }

    /**
     * Whether the database is remembered as one that was never live since it was loaded. A site that ran on it, be it
     * for a moment before an apply went back, may have written into it.
     */
    default boolean wasNeverLive(DatabaseIdentity database) {
        return false;
    }

    /**
     * Whether all of the database is loaded where differences do not lead to the snapshot. Where not, an operator
     * waits, and views that can be refreshed later are not refreshed either.
     */
    default boolean mayTakeLong() {
        return true;
    }

    /** The rows that it may have and that were erased since. Fails where that cannot be known. */
    default ErasedKeys erased(Manifest manifest) {
        return ErasedKeys.none();
    }

    /**
     * The next step changes or drops the spare, which may hold a whole snapshot. Not called where all that it takes
     * is at hand already. Durable on return.
     */
    default void changing() {}

    /**
     * The next step is durable by itself: given up from here on, the database holds neither snapshot until a later load
     * has finished it.
     *
     * @throws io.understudy.failure.UnderstudyException {@code CANCELLED} where it is given up
     */
    default void committing() {}

    /**
     * What else the round can do while indexes are built, which seldom keep all processors busy. Called once at most,
     * by another thread that the load waits for, and interrupts when it fails. Throws nothing.
     */
    default void alongside() {}
}

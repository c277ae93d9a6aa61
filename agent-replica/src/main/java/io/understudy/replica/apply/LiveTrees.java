package io.understudy.replica.apply;

import io.understudy.exchange.TreePosition;
import io.understudy.files.TreeKind;
import io.understudy.replica.state.PlanSet;
import java.util.List;
import java.util.Optional;

/**
 * The site's own files. Works off the durable plan that staging left; every call is idempotent and may be repeated
 * after a crash.
 */
public interface LiveTrees {
    /**
     * Makes the staged changes of all trees of this kind live; replaced and deleted files move to the apply's undo
     * folder.
     */
    void forward(PlanSet plans, TreeKind kind);

    /**
     * Takes back what {@link #forward} did, exactly: contents, modes, times, deletions. A tree that can't be written
     * keeps no other from being taken back, and one in which nothing was done needs no writing.
     */
    void back(PlanSet plans, TreeKind kind);

    /**
     * Whether the apply can be taken back: it was made live, and what it replaced is there. Changes nothing, and so
     * needs no lock.
     */
    boolean canGoBack(PlanSet plans);

    /**
     * The tree of a bucket that this apply cannot be taken back of, because a newer import has begun to write where the
     * objects before it were. Changes nothing, and asks no server.
     */
    default Optional<String> overwritten(PlanSet plans) {
        return Optional.empty();
    }

    /** What was taken back counts as never begun: what is staged waits for the next attempt. Idempotent. */
    default void reopen(PlanSet plans) {}

    /** How far the apply is in each tree that it changes. Changes nothing. */
    default List<TreePosition> positions(PlanSet plans) {
        return List.of();
    }

    /** Removes what is staged for an apply that was never begun and never comes. Idempotent. */
    default void discardStaged() {}

    /** What is live may have served as production since: no import may drop it any more. Idempotent. */
    default void keepWhatServed() {}

    /** The snapshot stays: remembers of its files what spares the next snapshot to read them. */
    void settle(PlanSet plans);

    /**
     * Removes what takes nothing back any more: plans, staged files and undo folders of other applies than this one.
     * Idempotent.
     *
     * @param live of the snapshot that is live, empty when none is
     * @throws io.understudy.failure.UnderstudyException what could not be removed; everything else was
     */
    void clear(Optional<PlanSet> live);
}

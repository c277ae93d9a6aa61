package io.understudy.primary.capture.tree;

import io.understudy.failure.Cancellation;
import io.understudy.files.ContentHash;
import io.understudy.files.TreeWalker;
import io.understudy.files.TreeWalker.Found;
import io.understudy.repository.TreeData;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The trees that were quiet when this process captured them, so that a tree that still is needs a walk alone: neither
 * its index nor the cache of its files is read, and none is written. After ten minutes all of it is compared again, as
 * names of accounts may have changed. Not thread-safe.
 */
final class QuietTrees {
    private static final Duration WHOLE_EVERY = Duration.ofMinutes(10);

    private final Clock clock;
    private final Map<String, Quiet> trees = new HashMap<>();

    /** @param captured what a walk with this signature became */
    private record Quiet(TreeData captured, ContentHash signature, Instant at) {}

    QuietTrees(Clock clock) {
        this.clock = clock;
    }

    /** A signature to which a walk that begins now adds what it finds. */
    TreeSignature begin() {
        return new TreeSignature(clock.instant());
    }

    /** A tree was captured. */
    void captured(TreeData tree, TreeSignature signature) {
        signature
                .settled()
                .ifPresentOrElse(
                        settled -> trees.put(tree.name(), new Quiet(tree, settled, clock.instant())),
                        () -> trees.remove(tree.name()));
    }

    /** Whether a walk finds the tree as it was when it became what the base has. */
    boolean isStill(TreeData base, TreeWalker walker) {
        Quiet quiet = trees.get(base.name());
        if (quiet == null
                || !quiet.captured.equals(base)
                || Duration.between(quiet.at, clock.instant()).abs().compareTo(WHOLE_EVERY) > 0) {
            return false;
        }
        TreeSignature now = begin();
        for (Optional<Found> found = walker.next(); found.isPresent(); found = walker.next()) {
            Cancellation.check("finish the snapshot");
            now.add(found.get());
        }
        return now.now().equals(quiet.signature);
    }
}

package io.understudy.replica.drill;

import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a drill ran with.
 *
 * @param moment of the snapshot's data
 * @param ahead whether it was loaded ahead, not live
 * @param database how it was copied: {@code template}, {@code clone}, {@code load}, {@code none}; empty: not yet
 * @param bytes of the files that were copied
 * @param leftOut what of the snapshot was not rehearsed, for people
 */
public record DrillContent(
        SnapshotId snapshot,
        Optional<Instant> moment,
        boolean ahead,
        Optional<String> database,
        long bytes,
        List<String> leftOut) {
    public DrillContent {
        leftOut = List.copyOf(leftOut);
    }

    static DrillContent of(Newest newest) {
        return new DrillContent(
                newest.snapshot(), newest.moment(), newest.ahead().isPresent(), Optional.empty(), 0, List.of());
    }

    DrillContent withDatabase(String how) {
        return new DrillContent(snapshot, moment, ahead, Optional.of(how), bytes, leftOut);
    }

    DrillContent withTrees(DrillCopies.CopiedTrees trees) {
        return new DrillContent(snapshot, moment, ahead, database, trees.bytes(), trees.leftOut());
    }
}

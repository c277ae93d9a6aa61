package io.understudy.primary.capture;

import io.understudy.config.ClosureRule;
import io.understudy.primary.capture.tree.NewestIndex;
import io.understudy.repository.ClosureData;
import io.understudy.repository.TreeData;
import java.nio.file.Path;
import java.util.List;

/**
 * Which files the rows of a snapshot name.
 *
 * @param state the agents' state folder
 */
public record ClosureSource(List<ClosureRule> rules, Path state) {
    /** Nothing is asked. */
    public static final ClosureSource NONE = new ClosureSource(List.of(), Path.of("/nonexistent"));

    public ClosureSource {
        rules = List.copyOf(rules);
    }

    /** @param request parts alone, what comes every few seconds, and what a switchover waits for are not asked */
    ClosureSpool begin(SnapshotRequest request) {
        boolean asks = !request.isContinuous()
                && request.read().isAll()
                && request.successor().isEmpty();
        return new ClosureSpool(state, asks ? rules : List.of(), "snapshot");
    }

    /** @param trees of the snapshot, as this server read them a moment ago */
    List<ClosureData> compare(ClosureSpool spool, List<TreeData> trees) {
        return spool.compare(trees, tree -> NewestIndex.entries(state, tree.name()));
    }
}

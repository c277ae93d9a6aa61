package io.understudy.primary.retention;

import io.understudy.failure.UnderstudyException;
import java.util.List;
import java.util.Optional;

/**
 * What pruning did in a filestore, or would do.
 *
 * @param filestore as the configuration calls it; empty where there is one
 * @param dryRun whether nothing was done
 * @param decisions on each snapshot, ascending
 * @param swept the content that went; of a dry run, what would go of what is no longer needed already or would be
 * @param refused why nothing would be deleted; of one of several filestores also why no more was deleted
 */
public record Pruned(
        Optional<String> filestore,
        boolean dryRun,
        List<Decision> decisions,
        SweepResult swept,
        Optional<UnderstudyException> refused) {
    public Pruned {
        decisions = List.copyOf(decisions);
    }

    static Pruned failed(Optional<String> filestore, boolean dryRun, UnderstudyException why) {
        return new Pruned(filestore, dryRun, List.of(), SweepResult.NOTHING, Optional.of(why));
    }

    public long kept() {
        return decisions.stream().filter(Decision::kept).count();
    }

    public long deleted() {
        return decisions.size() - kept();
    }
}

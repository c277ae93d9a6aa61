package io.understudy.primary.retention;

import io.understudy.failure.UnderstudyException;
import java.util.List;
import java.util.Optional;

/**
 * What pruning did, or would do.
 *
 * @param dryRun whether nothing was done
 * @param decisions on each snapshot, ascending
 * @param swept the content that went; of a dry run, what would go of what is no longer needed already or would be
 * @param refused why nothing would be deleted; of a dry run only
 */
public record Pruned(
        boolean dryRun, List<Decision> decisions, SweepResult swept, Optional<UnderstudyException> refused) {
    public Pruned {
        decisions = List.copyOf(decisions);
    }

    public long kept() {
        return decisions.stream().filter(Decision::kept).count();
    }

    public long deleted() {
        return decisions.size() - kept();
    }
}

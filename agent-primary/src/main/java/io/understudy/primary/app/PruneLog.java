package io.understudy.primary.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.primary.retention.Decision;
import io.understudy.primary.retention.Pruned;
import io.understudy.primary.retention.RetentionEvents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon's log of its prunings. */
final class PruneLog implements RetentionEvents {
    private static final Logger LOG = LoggerFactory.getLogger(PruneLog.class);

    @Override
    public void deleted(Decision decision) {
        LOG.info("snapshot {} deleted: {}", decision.snapshot(), String.join("; ", decision.reasons()));
    }

    @Override
    public void pruned(Pruned pruned) {
        LOG.info(
                "pruned: {} snapshots kept, {} deleted; {} blobs, {} bytes deleted",
                pruned.kept(),
                pruned.deleted(),
                pruned.swept().blobs(),
                pruned.swept().bytes());
    }

    @Override
    public void failed(UnderstudyException why) {
        LOG.error("not pruned to the end ({}): {}; hint: {}", why.code().label(), why.getMessage(), why.hint());
        LOG.debug("the failure", why);
    }
}

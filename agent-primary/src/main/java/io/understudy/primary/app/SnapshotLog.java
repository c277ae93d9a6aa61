package io.understudy.primary.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.PrimaryEvents;
import io.understudy.primary.capture.Stage;
import io.understudy.primary.capture.Taken;
import io.understudy.repository.Manifest;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon's log of its snapshots. */
final class SnapshotLog implements PrimaryEvents {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotLog.class);

    @Override
    public void began(List<String> periods) {
        LOG.info("taking a snapshot ({})", String.join(", ", periods));
    }

    @Override
    public void committed(Taken taken) {
        Manifest manifest = taken.manifest();
        LOG.info(
                "snapshot {} committed in {} ms: {} rows, {} files and folders, {} bytes uploaded, {} bytes reused",
                manifest.snapshot(),
                taken.took().toMillis(),
                manifest.totals().rows(),
                manifest.totals().entries(),
                manifest.totals().uploadedBytes(),
                taken.reusedBytes());
    }

    @Override
    public void failed(Stage stage, UnderstudyException why) {
        LOG.error(
                "no snapshot, {} failed ({}): {}; hint: {}",
                stage.label(),
                why.code().label(),
                why.getMessage(),
                why.hint());
        LOG.debug("the failure", why);
    }
}

package io.understudy.replica.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.StatusView.PrimaryShutdown;
import io.understudy.replica.round.SnapshotSource;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.tasks.BoundedCall;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the newest snapshot is the last one that the primary took before it stopped. Thread-safe. */
final class ShutdownLook {
    private static final Logger LOG = LoggerFactory.getLogger(ShutdownLook.class);
    private static final Duration BOUND = Duration.ofSeconds(4);

    private final SnapshotSource source;
    private final BoundedCall calls;
    private Optional<Manifest> last = Optional.empty();

    ShutdownLook(SnapshotSource source, BoundedCall calls) {
        this.source = Objects.requireNonNull(source);
        this.calls = Objects.requireNonNull(calls);
    }

    /** @param newest in the repository; its manifest is read once */
    synchronized Optional<PrimaryShutdown> of(Optional<SnapshotId> newest) {
        return newest.flatMap(this::manifest)
                .filter(manifest -> manifest.last() != null)
                .map(manifest -> new PrimaryShutdown(
                        manifest.snapshot(), manifest.moment(), manifest.last().siteStopped()));
    }

    private Optional<Manifest> manifest(SnapshotId newest) {
        if (last.filter(known -> known.snapshot().equals(newest)).isEmpty()) {
            last = source.held(newest).or(() -> asked(newest));
        }
        return last;
    }

    private Optional<Manifest> asked(SnapshotId newest) {
        try {
            return Optional.of(calls.within(BOUND, "read the newest manifest", () -> source.manifest(newest)));
        } catch (UnderstudyException e) {
            LOG.debug("whether {} is the last one before a shutdown is not known", newest, e);
            return Optional.empty();
        }
    }
}

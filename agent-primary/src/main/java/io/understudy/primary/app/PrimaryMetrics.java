package io.understudy.primary.app;

import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.files.DiskSpace;
import io.understudy.metrics.Metric;
import io.understudy.metrics.Metrics;
import io.understudy.metrics.VerificationMetrics;
import io.understudy.primary.capture.database.tracking.SlotWatch;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.Stage;
import io.understudy.repository.LastVerified;
import io.understudy.repository.Manifest;
import io.understudy.repository.Outline;
import io.understudy.repository.StoreState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** The metrics of the primary agent for Prometheus. */
final class PrimaryMetrics implements EventSink {
    private final Metrics metrics;
    private Instant checked = Instant.MIN;

    /** @param state folder whose free bytes are reported */
    PrimaryMetrics(Metrics metrics, Path state) {
        this.metrics = metrics;
        metrics.prepare(Metric.SNAPSHOT_ATTEMPTS);
        for (Stage stage : Stage.values()) {
            metrics.prepare(Metric.SNAPSHOT_FAILURES, stage.label());
        }
        metrics.prepare(Metric.SNAPSHOT_DURATION_SECONDS);
        metrics.prepare(Metric.CONTINUOUS_LOOKS);
        metrics.prepare(Metric.CONTINUOUS_DURATION_SECONDS);
        metrics.set(Metric.CONTINUOUS_PAUSE_SECONDS, 0);
        metrics.set(Metric.QUIESCE_DOWN_SECONDS, 0);
        metrics.prepare(Metric.RETENTION_DELETED);
        metrics.prepare(Metric.RETENTION_FAILURES);
        metrics.prepare(Metric.HANDSHAKES_REFUSED);
        metrics.prepare(Metric.TRACKING_SLOTS_DROPPED);
        metrics.watch(Metric.DISK_FREE_BYTES, () -> freeBytes(state));
    }

    @Override
    public void receive(Event event, Instant at) {
        if (event instanceof PrimaryEvent.SnapshotBegan) {
            metrics.count(Metric.SNAPSHOT_ATTEMPTS);
        } else if (event instanceof PrimaryEvent.SnapshotCommitted committed) {
            boolean continuous = committed.manifest().isContinuous();
            metrics.observe(
                    continuous ? Metric.CONTINUOUS_DURATION_SECONDS : Metric.SNAPSHOT_DURATION_SECONDS,
                    committed.took());
            newest(RepositorySeen.Details.of(Outline.of(committed.manifest())));
            committed
                    .manifest()
                    .closure()
                    .forEach(each -> metrics.set(
                            Metric.CLOSURE_MISSING_FILES,
                            each.unknown() == null ? each.missing() : Double.NaN,
                            each.tree()));
        } else if (event instanceof PrimaryEvent.SnapshotUnneeded) {
            checked(at);
        } else if (event instanceof PrimaryEvent.SiteWasQuiet quiet) {
            metrics.set(Metric.QUIESCE_DOWN_SECONDS, quiet.took().toMillis() / 1000.0);
        } else if (event instanceof PrimaryEvent.SnapshotFailed failed) {
            metrics.count(Metric.SNAPSHOT_FAILURES, failed.stage().label());
        } else if (event instanceof PrimaryEvent.ContinuousLooked looked) {
            metrics.count(Metric.CONTINUOUS_LOOKS);
            metrics.set(Metric.CONTINUOUS_PAUSE_SECONDS, looked.pause().toMillis() / 1000.0);
            if (!looked.taken()) {
                checked(at);
            }
        } else if (event instanceof PrimaryEvent.ContinuousFailed failed) {
            metrics.count(Metric.SNAPSHOT_FAILURES, failed.stage().label());
        } else if (event instanceof PrimaryEvent.SnapshotDeleted) {
            metrics.count(Metric.RETENTION_DELETED);
        } else if (event instanceof PrimaryEvent.ContinuousDeleted deleted) {
            metrics.add(Metric.RETENTION_DELETED, deleted.count());
        } else if (event instanceof PrimaryEvent.PruningFailed) {
            metrics.count(Metric.RETENTION_FAILURES);
        } else if (event instanceof CommonEvent.PeerRefused) {
            metrics.count(Metric.HANDSHAKES_REFUSED);
        } else if (event instanceof PrimaryEvent.TrackingSlotDropped) {
            metrics.count(Metric.TRACKING_SLOTS_DROPPED);
        }
    }

    /** Each of several filestores. */
    void filestores(List<StoreState> states) {
        for (StoreState each : states) {
            metrics.set(Metric.FILESTORE_BEHIND_SNAPSHOTS, each.reachable() ? each.behind() : Double.NaN, each.name());
            metrics.set(Metric.FILESTORE_OUTSIDE_WINDOW, each.closed().isPresent(), each.name());
        }
    }

    /** The newest snapshot in the repository, of any server. */
    private void newest(RepositorySeen.Details newest) {
        Manifest.Totals totals = newest.totals();
        metrics.set(Metric.SNAPSHOT_LAST_SUCCESS_TIMESTAMP_SECONDS, newest.moment());
        checked(newest.moment());
        metrics.set(Metric.SNAPSHOT_LAST_LOGICAL_BYTES, (double) totals.databaseBytes() + totals.fileBytes());
        metrics.set(Metric.SNAPSHOT_LAST_STORED_BYTES, totals.storedBytes());
        metrics.set(Metric.SNAPSHOT_LAST_UPLOADED_BYTES, totals.uploadedBytes());
    }

    /** The newest snapshot held then what the site held: it was taken, or nothing had changed since. */
    synchronized void checked(Instant at) {
        checked = at.isAfter(checked) ? at : checked;
        metrics.set(Metric.SNAPSHOT_CHECKED_TIMESTAMP_SECONDS, checked);
    }

    void roleStatus(RoleStatus roleStatus) {
        metrics.set(Metric.ROLE_IS_PRIMARY, roleStatus.role() == Role.PRIMARY);
        metrics.set(Metric.MARKER_PRESENT, roleStatus.marker());
    }

    void repository(RepositorySeen seen) {
        seen.details().ifPresent(this::newest);
        seen.when()
                .ifPresent(when ->
                        metrics.set(Metric.REPOSITORY_JUNK_OBJECTS, seen.junk().size()));
        if (seen.highest() > 0) {
            metrics.set(Metric.EPOCH, seen.highest());
        }
    }

    /** @param slot empty where there is none, or it is not known */
    void trackingRetains(Optional<SlotWatch.Look> slot) {
        metrics.set(
                Metric.TRACKING_RETAINED_BYTES,
                slot.map(SlotWatch.Look::retained).orElse(0L));
        metrics.set(
                Metric.TRACKING_RETAINED_LIMIT_BYTES,
                slot.map(SlotWatch.Look::limit).orElse(0L));
    }

    void heartbeat(Instant now) {
        metrics.set(Metric.HEARTBEAT_TIMESTAMP_SECONDS, now);
    }

    void expectedInterval(Duration interval) {
        metrics.set(Metric.SNAPSHOT_EXPECTED_INTERVAL_SECONDS, interval.toSeconds());
    }

    /** @param moment a Unix timestamp, asked at each scrape */
    void certificateExpires(DoubleSupplier moment) {
        metrics.watch(Metric.KEY_EXPIRY_TIMESTAMP_SECONDS, moment);
    }

    /** @param when asked at each scrape; empty: never */
    void recoveryKeyTried(Supplier<Optional<Instant>> when) {
        metrics.watch(
                Metric.RECOVERY_KEY_TRIED_TIMESTAMP_SECONDS,
                () -> when.get().map(Instant::getEpochSecond).orElse(0L));
    }

    void verified(LastVerified.Verdict verdict) {
        VerificationMetrics.record(metrics, verdict);
    }

    private static double freeBytes(Path state) {
        OptionalLong free = DiskSpace.ofThisMachine().free(state);
        return free.isPresent() ? free.getAsLong() : Double.NaN;
    }
}

package io.understudy.primary.app;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.DiskSpace;
import io.understudy.metrics.Metric;
import io.understudy.metrics.Metrics;
import io.understudy.metrics.VerificationMetrics;
import io.understudy.primary.capture.PrimaryEvents;
import io.understudy.primary.capture.Stage;
import io.understudy.primary.capture.Taken;
import io.understudy.primary.retention.Decision;
import io.understudy.primary.retention.RetentionEvents;
import io.understudy.repository.LastVerified;
import io.understudy.repository.Manifest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;

/** The metrics of the primary agent for Prometheus. */
final class PrimaryMetrics implements PrimaryEvents, RetentionEvents {
    private final Metrics metrics;

    /** @param state folder whose free bytes are reported */
    PrimaryMetrics(Metrics metrics, Path state) {
        this.metrics = metrics;
        metrics.prepare(Metric.SNAPSHOT_ATTEMPTS);
        for (Stage stage : Stage.values()) {
            metrics.prepare(Metric.SNAPSHOT_FAILURES, stage.label());
        }
        metrics.prepare(Metric.SNAPSHOT_DURATION_SECONDS);
        metrics.prepare(Metric.RETENTION_DELETED);
        metrics.prepare(Metric.RETENTION_FAILURES);
        metrics.watch(Metric.DISK_FREE_BYTES, () -> freeBytes(state));
    }

    @Override
    public void began(List<String> periods) {
        metrics.count(Metric.SNAPSHOT_ATTEMPTS);
    }

    @Override
    public void committed(Taken taken) {
        metrics.observe(Metric.SNAPSHOT_DURATION_SECONDS, taken.took());
        newest(RepositorySeen.Details.of(taken.manifest()));
    }

    @Override
    public void failed(Stage stage, UnderstudyException why) {
        metrics.count(Metric.SNAPSHOT_FAILURES, stage.label());
    }

    @Override
    public void deleted(Decision decision) {
        metrics.count(Metric.RETENTION_DELETED);
    }

    @Override
    public void failed(UnderstudyException why) {
        metrics.count(Metric.RETENTION_FAILURES);
    }

    /** The newest snapshot in the repository, of any server. */
    private void newest(RepositorySeen.Details newest) {
        Manifest.Totals totals = newest.totals();
        metrics.set(Metric.SNAPSHOT_LAST_SUCCESS_TIMESTAMP_SECONDS, newest.moment());
        metrics.set(Metric.SNAPSHOT_LAST_LOGICAL_BYTES, (double) totals.databaseBytes() + totals.fileBytes());
        metrics.set(Metric.SNAPSHOT_LAST_STORED_BYTES, totals.storedBytes());
        metrics.set(Metric.SNAPSHOT_LAST_UPLOADED_BYTES, totals.uploadedBytes());
    }

    void standing(RoleStatus standing) {
        metrics.set(Metric.ROLE_IS_PRIMARY, standing.role() == Role.PRIMARY);
        metrics.set(Metric.MARKER_PRESENT, standing.marker());
    }

    void repository(RepositorySeen seen) {
        seen.details().ifPresent(this::newest);
        if (seen.highest() > 0) {
            metrics.set(Metric.EPOCH, seen.highest());
        }
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

    void verified(LastVerified.Verdict verdict) {
        VerificationMetrics.record(metrics, verdict);
    }

    private static double freeBytes(Path state) {
        OptionalLong free = DiskSpace.ofThisMachine().free(state);
        return free.isPresent() ? free.getAsLong() : Double.NaN;
    }
}

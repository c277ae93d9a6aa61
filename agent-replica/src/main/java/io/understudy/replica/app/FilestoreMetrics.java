package io.understudy.replica.app;

import io.understudy.failure.ErrorCode;
import io.understudy.filestore.FilestoreListener;
import io.understudy.metrics.Metric;
import io.understudy.metrics.Metrics;
import java.time.Duration;
import java.util.Optional;

/** How the filestore is, for monitoring. */
final class FilestoreMetrics implements FilestoreListener {
    private final Metrics metrics;
    private final String name;

    FilestoreMetrics(Metrics metrics, String name) {
        this.metrics = metrics;
        this.name = name;
    }

    @Override
    public void finished(Operation operation, Duration took, Optional<ErrorCode> failure) {
        metrics.set(Metric.REPOSITORY_LATENCY_SECONDS, took.toNanos() / 1e9, name);
    }

    @Override
    public void available(boolean up) {
        metrics.set(Metric.REPOSITORY_UP, up, name);
    }
}

package io.understudy.primary.app;

import io.understudy.failure.ErrorCode;
import io.understudy.filestore.FilestoreListener;
import io.understudy.metrics.Metric;
import io.understudy.metrics.Metrics;
import java.time.Duration;
import java.util.Optional;

/** Whether the filestore answers, and how quickly. */
final class FilestoreMetrics implements FilestoreListener {
    private final Metrics metrics;
    private final String repository;

    /** @param repository the label: the filestore's URL, without secrets */
    FilestoreMetrics(Metrics metrics, String repository) {
        this.metrics = metrics;
        this.repository = repository;
    }

    @Override
    public void finished(Operation operation, Duration took, Optional<ErrorCode> failure) {
        metrics.set(Metric.REPOSITORY_LATENCY_SECONDS, took.toNanos() / 1e9, repository);
    }

    @Override
    public void available(boolean up) {
        metrics.set(Metric.REPOSITORY_UP, up, repository);
    }
}

package io.understudy.metrics;

import io.understudy.failure.ErrorCode;
import io.understudy.filestore.FilestoreListener;
import java.time.Duration;
import java.util.Optional;

/** Reports whether the filestore answers, and how quickly. */
public final class FilestoreMetrics implements FilestoreListener {
    private final Metrics metrics;
    private final String repository;

    /** @param repository the label: the filestore's URL, which holds no secret */
    public FilestoreMetrics(Metrics metrics, String repository) {
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

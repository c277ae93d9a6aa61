package io.understudy.metrics;

import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import java.time.Instant;

/**
 * Whether the filestore answers, and how quickly.
 *
 * @param repository the label: the filestore's URL, which holds no secret
 */
public record FilestoreMetrics(Metrics metrics, String repository) implements EventSink {
    @Override
    public void receive(Event event, Instant at) {
        if (event instanceof CommonEvent.FilestoreAnswered answered) {
            metrics.set(Metric.REPOSITORY_LATENCY_SECONDS, answered.took().toNanos() / 1e9, repository);
        } else if (event instanceof CommonEvent.FilestoreSeen seen) {
            metrics.set(Metric.REPOSITORY_UP, seen.available(), repository);
        }
    }
}

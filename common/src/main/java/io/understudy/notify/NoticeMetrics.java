package io.understudy.notify;

import io.understudy.config.NotifySettings;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.metrics.Metric;
import io.understudy.metrics.Metrics;
import java.time.Instant;

/** What monitoring sees of the channels. */
final class NoticeMetrics implements EventSink {
    private final Metrics metrics;

    NoticeMetrics(Metrics metrics, NotifySettings settings) {
        this.metrics = metrics;
        for (NotifySettings.Channel each : settings.channels()) {
            metrics.prepare(Metric.NOTICES_SENT, each.name());
            metrics.prepare(Metric.NOTICE_FAILURES, each.name());
        }
    }

    @Override
    public void receive(Event event, Instant at) {
        if (event instanceof CommonEvent.NoticeSent sent) {
            metrics.count(Metric.NOTICES_SENT, sent.channel());
            metrics.set(Metric.NOTIFY_CHANNEL_UP, true, sent.channel());
        } else if (event instanceof CommonEvent.NoticeFailed failed) {
            metrics.count(Metric.NOTICE_FAILURES, failed.channel());
            metrics.set(Metric.NOTIFY_CHANNEL_UP, false, failed.channel());
        }
    }
}

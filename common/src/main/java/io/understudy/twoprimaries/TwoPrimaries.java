package io.understudy.twoprimaries;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.metrics.Metric;
import io.understudy.metrics.Metrics;
import io.understudy.twoprimaries.Sign.Source;
import java.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What shows, while this server has no marker, that another one is in production too. Reported at once when the first
 * sign appears and with each other place that shows it, and when the last one is gone. Thread-safe.
 */
public final class TwoPrimaries {
    private final Events events;
    private final Metrics metrics;
    private final Clock clock;
    private final Map<Source, Sign> signs = new EnumMap<>(Source.class);

    public TwoPrimaries(Events events, Metrics metrics, Clock clock) {
        this.events = events;
        this.metrics = metrics;
        this.clock = clock;
        metrics.set(Metric.TWO_PRIMARIES, false);
    }

    /** @param text what is seen there now; empty: nothing that shows another primary */
    public void seen(Source source, Optional<String> text) {
        String before;
        String now;
        boolean fresh;
        synchronized (this) {
            before = text();
            fresh = text.isPresent() && !signs.containsKey(source);
            if (text.isEmpty()) {
                signs.remove(source);
            } else if (fresh) {
                signs.put(source, new Sign(source, text.get(), clock.instant()));
            } else {
                signs.put(source, new Sign(source, text.get(), signs.get(source).since()));
            }
            now = text();
            metrics.set(Metric.TWO_PRIMARIES, !signs.isEmpty());
        }
        if (fresh) {
            events.report(new CommonEvent.TwoPrimaries(now));
        } else if (now.isEmpty() && !before.isEmpty()) {
            events.report(new CommonEvent.OnePrimary());
        }
    }

    /** This server has the marker, or has none of what the places show: none of it counts. */
    public void standby() {
        for (Source source : Source.values()) {
            seen(source, Optional.empty());
        }
    }

    /** In the order of their sources. */
    public synchronized List<Sign> signs() {
        return List.copyOf(signs.values());
    }

    private String text() {
        return signs.values().stream()
                .map(sign -> sign.source().label() + ": " + sign.text())
                .collect(Collectors.joining("; "));
    }
}

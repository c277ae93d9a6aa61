package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.metrics.Metrics;
import io.understudy.primary.capture.database.tracking.SlotWatch;
import io.understudy.primary.events.PrimaryEvent;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrimaryMetricsTest {
    @TempDir
    private Path state;

    private final Metrics metrics = new Metrics("site", "primary", "test");

    @Test
    void showsWhatTheSlotKeepsAndMayKeep() {
        PrimaryMetrics reported = new PrimaryMetrics(metrics, state);

        reported.trackingRetains(Optional.of(new SlotWatch.Look("understudy_site_1", 700, 1000, Optional.empty())));
        assertThat(tracking("retained_bytes")).isEqualTo("700.0");
        assertThat(tracking("retained_limit_bytes")).isEqualTo("1000.0");

        reported.trackingRetains(Optional.empty());
        assertThat(tracking("retained_bytes")).isEqualTo("0.0");
        assertThat(tracking("retained_limit_bytes")).isEqualTo("0.0");
    }

    @Test
    void countsSlotsThatWereDropped() {
        PrimaryMetrics reported = new PrimaryMetrics(metrics, state);
        assertThat(tracking("slots_dropped_total")).isEqualTo("0.0");

        reported.receive(new PrimaryEvent.TrackingSlotDropped("understudy_site_1", "too much"), Instant.EPOCH);

        assertThat(tracking("slots_dropped_total")).isEqualTo("1.0");
    }

    private String tracking(String name) {
        String series = "understudy_tracking_" + name + "{role=\"primary\",site=\"site\"} ";
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith(series))
                .map(line -> line.substring(series.length()))
                .findFirst()
                .orElse("absent");
    }
}

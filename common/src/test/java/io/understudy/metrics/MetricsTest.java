package io.understudy.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MetricsTest {
    private final Metrics metrics = new Metrics("example", "primary", "1.2.3");

    @ParameterizedTest
    @EnumSource(Metric.class)
    void exportsEveryMetricUnderItsName(Metric metric) {
        String[] labels = Collections.nCopies(metric.labels().size(), "x").toArray(String[]::new);
        switch (metric.kind()) {
            case COUNTER -> metrics.count(metric, labels);
            case GAUGE -> metrics.set(metric, 4, labels);
            case TIMER -> metrics.observe(metric, Duration.ofSeconds(1), labels);
        }
        String suffix = metric.kind() == Metric.Kind.TIMER ? "_count" : "";
        assertThat(metrics.scrape().lines().filter(line -> line.startsWith(metric.exported() + suffix + "{")))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains("role=\"primary\"", metric == Metric.SITE_UP ? "site=\"x\"" : "site=\"example\""))
                .satisfies(line -> metric.labels().forEach(l -> assertThat(line).contains(l + "=\"x\"")));
    }

    @Test
    void saysItsVersion() {
        assertThat(metrics.scrape())
                .contains("understudy_build_info{role=\"primary\",site=\"example\",version=\"1.2.3\"} 1");
    }

    @Test
    void startsPreparedCountersAtZero() {
        metrics.prepare(Metric.SNAPSHOT_FAILURES, "database");
        assertThat(metrics.scrape())
                .contains(
                        "understudy_snapshot_failures_total{role=\"primary\",site=\"example\",stage=\"database\"} 0.0");
    }

    @Test
    void keepsTimesAsUnixTimestamps() {
        metrics.set(Metric.HEARTBEAT_TIMESTAMP_SECONDS, Instant.ofEpochMilli(1_700_000_000_500L));
        assertThat(metrics.scrape())
                .contains("understudy_heartbeat_timestamp_seconds")
                .contains("1.7000000005E9");
    }

    @Test
    void updatesAGaugeInPlace() {
        metrics.set(Metric.EPOCH, 1);
        metrics.set(Metric.EPOCH, 2);
        assertThat(metrics.scrape().lines().filter(l -> l.startsWith("understudy_epoch{")))
                .singleElement()
                .asString()
                .endsWith(" 2.0");
    }

    @Test
    void refusesTheWrongLabels() {
        assertThatThrownBy(() -> metrics.count(Metric.IMPORT_FAILURES, "standby"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[replica, stage]");
    }

    @Test
    void refusesToCountAGauge() {
        assertThatThrownBy(() -> metrics.count(Metric.EPOCH)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> metrics.prepare(Metric.EPOCH)).isInstanceOf(IllegalArgumentException.class);
    }
}

package io.understudy.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;

/**
 * One agent's metrics. Thread-safe; starts no thread. Label values are given in the order of {@link Metric#labels()}.
 */
public final class Metrics {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(5),
        Duration.ofSeconds(15), Duration.ofSeconds(30), Duration.ofMinutes(1), Duration.ofMinutes(2),
        Duration.ofMinutes(5), Duration.ofMinutes(15), Duration.ofMinutes(30), Duration.ofHours(1),
        Duration.ofHours(3), Duration.ofHours(8)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Series, AtomicReference<Double>> gauges = new ConcurrentHashMap<>();

    /** @param role of the agent: {@code primary} or {@code replica} */
    public Metrics(String site, String role, String version) {
        registry.config().commonTags("site", site, "role", role);
        Info build = Info.builder()
                .name("understudy_build_info")
                .help("The running version")
                .labelNames("site", "role", "version")
                .register(registry.getPrometheusRegistry());
        build.setLabelValues(site, role, version);
    }

    private Metrics(String role) {
        registry.config().commonTags("role", role);
    }

    /** What is known of all sites of one process, whose agents have their own: {@code site} is a label here. */
    public static Metrics ofSeveralSites(String role) {
        return new Metrics(role);
    }

    /**
     * Makes the counter or histogram appear, at 0, before anything happened: an alert can't see a series that is born
     * at 1.
     */
    public void prepare(Metric metric, String... labels) {
        switch (metric.kind()) {
            case COUNTER -> counter(metric, labels);
            case TIMER -> timer(metric, labels);
            case GAUGE -> throw new IllegalArgumentException(metric + " is a gauge: absent until it has a value");
        }
    }

    public void count(Metric metric, String... labels) {
        counter(metric, labels).increment();
    }

    public void add(Metric metric, long times) {
        counter(metric).increment(times);
    }

    public void observe(Metric metric, Duration duration, String... labels) {
        timer(metric, labels).record(duration);
    }

    public void set(Metric metric, double value, String... labels) {
        gauges.computeIfAbsent(new Series(metric, List.of(labels)), this::register)
                .set(value);
    }

    public void set(Metric metric, Instant moment, String... labels) {
        set(metric, moment.toEpochMilli() / 1000.0, labels);
    }

    public void set(Metric metric, boolean yes, String... labels) {
        set(metric, yes ? 1 : 0, labels);
    }

    /** A gauge that is asked at each scrape; the supplier is cheap and returns NaN when it does not know. */
    public void watch(Metric metric, DoubleSupplier value, String... labels) {
        require(metric, Metric.Kind.GAUGE);
        Gauge.builder(base(metric), value::getAsDouble)
                .description(metric.help())
                .tags(tags(metric, labels))
                .strongReference(true)
                .register(registry);
    }

    /** Everything in Prometheus' text format. */
    public String scrape() {
        return registry.scrape();
    }

    private AtomicReference<Double> register(Series series) {
        AtomicReference<Double> value = new AtomicReference<>(Double.NaN);
        watch(series.metric(), value::get, series.labels().toArray(String[]::new));
        return value;
    }

    private Counter counter(Metric metric, String... labels) {
        require(metric, Metric.Kind.COUNTER);
        return Counter.builder(base(metric))
                .description(metric.help())
                .tags(tags(metric, labels))
                .register(registry);
    }

    private Timer timer(Metric metric, String... labels) {
        require(metric, Metric.Kind.TIMER);
        return Timer.builder(base(metric))
                .description(metric.help())
                .serviceLevelObjectives(BUCKETS)
                .tags(tags(metric, labels))
                .register(registry);
    }

    private static String base(Metric metric) {
        return metric.exported();
    }

    private static void require(Metric metric, Metric.Kind kind) {
        if (metric.kind() != kind) {
            throw new IllegalArgumentException(metric + " is a " + metric.kind() + ", not a " + kind);
        }
    }

    private static Tags tags(Metric metric, String... values) {
        if (values.length != metric.labels().size()) {
            throw new IllegalArgumentException(metric + " takes the labels " + metric.labels());
        }
        Tags tags = Tags.empty();
        for (int i = 0; i < values.length; i++) {
            tags = tags.and(Tag.of(metric.labels().get(i), values[i]));
        }
        return tags;
    }

    private record Series(Metric metric, List<String> labels) {}
}

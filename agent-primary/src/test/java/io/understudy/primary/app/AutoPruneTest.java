package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.metrics.Metrics;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.retention.ContinuousRetention;
import io.understudy.primary.retention.Pruning;
import io.understudy.primary.retention.RetentionRules;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class AutoPruneTest {
    @TempDir
    Path folder;

    private PrimaryFixture primary;
    private Metrics metrics;
    private AutoPrune autoPrune;
    private Events events;

    @BeforeEach
    void build() {
        primary = new PrimaryFixture(folder);
        start();
    }

    @AfterEach
    void stop() {
        autoPrune.close();
    }

    @Test
    void prunesAfterASnapshotOnceADay() {
        assertThat(metric("deleted")).isZero();
        assertThat(metric("failures")).isZero();
        take();
        await().until(() -> primary.repository.pruneMarker().last().isPresent());
        take();
        take();
        autoPrune.close();
        assertThat(primary.repository.list()).hasSize(3);

        start();
        primary.time.advance(Duration.ofHours(20));
        take();
        await().until(() -> primary.repository.list().equals(List.of(new SnapshotId(1, 4))));
        await().until(() -> metric("deleted") == 3);
    }

    @Test
    void aFailureIsCountedAndTheNextSnapshotTriesAgain() {
        primary.filestore.inject(
                Faults.first(Operation.PUT, "retention.json"::equals, new Fail(ErrorCode.FILESTORE_DENIED)));
        take();
        await().until(() -> metric("failures") == 1);
        assertThat(primary.repository.pruneMarker().last()).isEmpty();
        autoPrune.close();

        start();
        take();
        await().until(() -> primary.repository.pruneMarker().last().isPresent());
    }

    @Test
    void doesNothingWhenItCannotTellWhetherItIsDue() {
        take();
        await().until(() -> primary.repository.pruneMarker().last().isPresent());
        primary.time.advance(Duration.ofHours(20));
        primary.filestore.inject((operation, key) ->
                key.equals("retention.json") ? new Fail(ErrorCode.FILESTORE_UNREACHABLE) : new Faults.None());
        take();
        autoPrune.close();
        assertThat(metric("failures")).isZero();
        assertThat(primary.repository.list()).hasSize(2);
    }

    /** It has no caller that could see it. */
    @Test
    void aDefectIsReportedAndTheNextSnapshotTriesAgain() {
        List<String> reported = new CopyOnWriteArrayList<>();
        events.add((event, at) -> reported.add(event.code()));
        primary.filestore.inject((operation, key) -> {
            if (key.equals("retention.json")) {
                throw new IllegalStateException("a defect");
            }
            return new Faults.None();
        });
        take();
        await().until(() -> reported.contains("defect"));

        primary.filestore.inject((operation, key) -> new Faults.None());
        take();
        await().until(() -> primary.repository.pruneMarker().last().isPresent());
    }

    private void start() {
        metrics = new Metrics(PrimaryFixture.SITE, "primary", "0.1.0");
        PrimaryMetrics sink = new PrimaryMetrics(metrics, primary.state);
        Pruning.Host host = new Pruning.Host(
                "a",
                primary.state,
                primary.marker,
                primary.epochs,
                () -> primary.repository,
                primary.time.clock(),
                ZoneOffset.UTC,
                List.of(),
                primary.time);
        RetentionSettings settings = new RetentionSettings(Map.of("hourly", 1), 1, Duration.ofHours(24), true);
        events = new Events(primary.time.clock(), sink);
        autoPrune = new AutoPrune(
                new Pruning(host, RetentionRules.same(settings), events),
                new ContinuousRetention(host, RetentionRules.same(settings), events),
                events);
    }

    private void take() {
        primary.taker(new Events(primary.time.clock(), autoPrune))
                .take(SnapshotRequest.of(List.of("hourly")), Progress.none());
    }

    private double metric(String name) {
        String begin = "understudy_retention_" + name + "_total{";
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith(begin))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }
}

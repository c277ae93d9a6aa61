package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.HoldSettings;
import io.understudy.config.HostPort;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Metrics;
import io.understudy.metrics.Probe;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fakes.AgentSettings;
import io.understudy.replica.fakes.World;
import io.understudy.replica.forecast.Forecast;
import io.understudy.replica.forecast.Obstacle;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.round.AwaitedEpoch;
import io.understudy.repository.LastVerified;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaMetricsTest {
    private static final String LABELS = "{replica=\"standby\",role=\"replica\",site=\"site\"}";

    @TempDir
    Path folder;

    private final World world = World.standby();
    private Optional<AwaitedEpoch> waits = Optional.empty();
    private boolean linked;
    private List<HostPort> primaries = List.of();

    /** A process that has just started. */
    private Metrics started() {
        Metrics metrics = new Metrics("site", "replica", "test");
        ReplicaMetrics reported = new ReplicaMetrics(
                metrics, world.store, world.holds(), "standby", new LastVerified(folder), world.time.clock());
        reported.prepare(
                AgentSettings.in(folder, primaries), world.marker, Optional.of(() -> 1_800_000_000), () -> linked);
        world.events = new Events(world.time.clock(), reported);
        return metrics;
    }

    @Test
    void knowsAfterARestartWhatWasAppliedBefore() {
        started();
        world.source.commit(1, 1);
        world.sync();
        String before = value(started(), "understudy_applied_snapshot_timestamp_seconds" + LABELS);

        assertThat(Double.parseDouble(before))
                .isEqualTo(Instant.parse("2026-11-20T10:00:01Z").getEpochSecond());
        assertThat(value(started(), "understudy_import_last_success_timestamp_seconds" + LABELS))
                .isNotEqualTo("absent");
        assertThat(value(started(), "understudy_marker_present{role=\"replica\",site=\"site\"}"))
                .isEqualTo("1.0");
        assertThat(value(started(), "understudy_role_is_primary{role=\"replica\",site=\"site\"}"))
                .isEqualTo("0.0");
        assertThat(value(started(), "understudy_epoch{role=\"replica\",site=\"site\"}"))
                .isEqualTo("1.0");
    }

    @Test
    void showsTheForecast() {
        Metrics metrics = new Metrics("site", "replica", "test");
        ReplicaMetrics reported = new ReplicaMetrics(
                metrics, world.store, world.holds(), "standby", new LastVerified(folder), world.time.clock());
        Instant data = Instant.parse("2026-11-20T10:00:01Z");
        Obstacle obstacle = Obstacle.blocker(ErrorCode.SITE_UNHEALTHY, "it is down", "look");
        Obstacle warning = Obstacle.warning(ErrorCode.SNAPSHOT_OLDER, "old", "wait");
        reported.forecast(new Forecast(
                data,
                true,
                Forecast.Answer.BLOCKED,
                Optional.of(new SnapshotId(1, 1)),
                Optional.of(data),
                Optional.of(0L),
                Optional.of(new Forecast.Seconds(1.5, 2.5)),
                List.of(),
                List.of(),
                List.of(obstacle, warning)));

        assertThat(metrics.scrape())
                .contains("understudy_forecast_blockers" + LABELS + " 1.0")
                .contains("understudy_forecast_data_timestamp_seconds" + LABELS + " 1.795168801E9")
                .contains("quantile=\"0.5\",replica=\"standby\",role=\"replica\",site=\"site\"} 1.5")
                .contains("quantile=\"0.95\",replica=\"standby\",role=\"replica\",site=\"site\"} 2.5");

        reported.forecast(new Forecast(
                data,
                false,
                Forecast.Answer.BLOCKED,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(obstacle)));

        assertThat(value(metrics, "understudy_forecast_blockers" + LABELS)).isEqualTo("NaN");
    }

    @Test
    void knowsWhatIsHeldAndSinceWhenAlsoAfterARestart() {
        world.state = folder;
        world.holding = new HoldSettings(
                new HoldSettings.Drops(Optional.of(30), Optional.empty(), Optional.empty()),
                Optional.empty(),
                false,
                List.of(),
                Duration.ofSeconds(1),
                false,
                100,
                20,
                1);
        SnapshotId first = world.source.commit(1, 1);
        world.source.numbers(first, 1000, 1, 0);
        world.sync();
        assertThat(value(started(), "understudy_hold_active" + LABELS)).isEqualTo("0.0");
        SnapshotId second = world.source.commit(1, 2);
        world.source.numbers(second, 1, 1, 0);
        world.poll();

        assertThat(value(started(), "understudy_hold_active" + LABELS)).isEqualTo("1.0");
        assertThat(Double.parseDouble(value(started(), "understudy_hold_timestamp_seconds" + LABELS)))
                .isEqualTo(world.time.now().getEpochSecond());
        world.replica().reject(second);
        assertThat(value(started(), "understudy_hold_active" + LABELS)).isEqualTo("0.0");
        assertThat(value(started(), "understudy_hold_timestamp_seconds" + LABELS))
                .isEqualTo("NaN");
    }

    @Test
    void knowsTheMomentOfWhatIsAheadNextToThatOfWhatIsLive() {
        Metrics metrics = started();
        SnapshotId first = world.source.commit(1, 1);
        world.sync();
        assertThat(value(metrics, "understudy_ahead_snapshot_timestamp_seconds" + LABELS))
                .isEqualTo("NaN");
        world.source.continuous(1, 2, first);
        world.poll();

        assertThat(Double.parseDouble(value(metrics, "understudy_ahead_snapshot_timestamp_seconds" + LABELS)))
                .isEqualTo(Instant.parse("2026-11-20T10:00:02Z").getEpochSecond());
        assertThat(value(metrics, "understudy_ahead_snapshot_number" + LABELS)).isEqualTo("2.0");
        assertThat(Double.parseDouble(value(metrics, "understudy_applied_snapshot_timestamp_seconds" + LABELS)))
                .isEqualTo(Instant.parse("2026-11-20T10:00:01Z").getEpochSecond());
        assertThat(value(metrics, "understudy_ahead_load_duration_seconds_count" + LABELS))
                .isEqualTo("1");
        world.sync();
        assertThat(value(metrics, "understudy_ahead_snapshot_number" + LABELS)).isEqualTo("NaN");
    }

    @Test
    void saysWhetherAPrimaryIsFollowedUnlessThisServerIsOne() {
        Metrics alone = started();
        assertThat(alone.scrape()).doesNotContain("understudy_primary_link_up");

        primaries = List.of(new HostPort("primary", 8440));
        Metrics metrics = started();
        assertThat(value(metrics, "understudy_primary_link_up" + LABELS)).isEqualTo("0.0");
        linked = true;
        assertThat(value(metrics, "understudy_primary_link_up" + LABELS)).isEqualTo("1.0");

        world.marker.removeByHand();
        assertThat(value(metrics, "understudy_primary_link_up" + LABELS)).isEqualTo("NaN");
    }

    @Test
    void knowsHowVerificationsEnded() {
        assertThat(verified(started())).containsExactly("absent", "absent", "absent");

        verifying(1_700_000_000, () -> new SnapshotId(1, 1));
        assertThat(verified(started())).containsExactly("1.7E9", "1.7E9", "1.0");

        assertThatThrownBy(() -> verifying(1_800_000_000, () -> {
                    throw new UnderstudyException(ErrorCode.BLOB_MISSING, "it is gone", "look");
                }))
                .isInstanceOf(UnderstudyException.class);
        assertThat(verified(started())).containsExactly("1.7E9", "1.8E9", "0.0");
    }

    private void verifying(long second, Supplier<SnapshotId> verification) {
        Clock then = Clock.fixed(Instant.ofEpochSecond(second), ZoneOffset.UTC);
        new LastVerified(folder).recording(then, verification);
    }

    private static List<String> verified(Metrics metrics) {
        return Stream.of("success_timestamp_seconds", "timestamp_seconds", "passed")
                .map(name -> value(metrics, "understudy_verify_last_" + name + "{role=\"replica\",site=\"site\"}"))
                .toList();
    }

    @Test
    void aTimestampThatNeverWasIsAbsentAndCountersStartAtZero() {
        Metrics metrics = started();

        assertThat(value(metrics, "understudy_applied_snapshot_timestamp_seconds" + LABELS))
                .isEqualTo("absent");
        assertThat(metrics.scrape())
                .contains(
                        "understudy_import_failures_total{replica=\"standby\",role=\"replica\",site=\"site\",stage=\"load\"} 0.0")
                .contains("understudy_import_duration_seconds_count" + LABELS + " 0");
    }

    @Test
    void countsFailuresByStepAndThoseInARow() {
        Metrics metrics = started();
        world.source.commit(1, 1);
        world.databases.refuseExchange(ErrorCode.DATABASE_BUSY);
        failing();
        failing();

        assertThat(metrics.scrape()).contains("stage=\"apply\"} 2.0");
        assertThat(value(metrics, "understudy_import_consecutive_failures" + LABELS))
                .isEqualTo("2.0");
        assertThat(value(started(), "understudy_import_consecutive_failures" + LABELS))
                .isEqualTo("2.0");
        metrics = started();
        world.databases.allowExchange();
        world.sync();
        assertThat(value(metrics, "understudy_import_consecutive_failures" + LABELS))
                .isEqualTo("0.0");
        assertThat(metrics.scrape()).contains("understudy_import_duration_seconds_count" + LABELS + " 1");
    }

    @Test
    void theEpochFollowsAClaim() {
        String epoch = "understudy_epoch{role=\"replica\",site=\"site\"}";
        world.source.commit(1, 1);
        Metrics metrics = started();
        world.sync();
        world.agent().promotion().promote(new Promotion.Request("a test", false, false, false));

        assertThat(value(metrics, epoch)).isEqualTo("2.0");
        assertThat(value(started(), epoch)).isEqualTo("2.0");
    }

    @Test
    void countsAttemptsToClearUpThatFail() {
        String failures = "understudy_clean_up_consecutive_failures" + LABELS;
        Metrics metrics = started();
        assertThat(value(metrics, failures)).isEqualTo("0.0");
        world.trees.refuseDeletion(new UnderstudyException(ErrorCode.FILE_DENIED, "cannot delete u", "chattr -i"));
        world.source.commit(1, 1);
        world.sync();
        assertThat(value(metrics, failures)).isEqualTo("1.0");
        assertThat(value(started(), failures)).isEqualTo("1.0");

        world.trees.refuseDeletion(null);
        metrics = started();
        world.time.advance(Duration.ofHours(2));
        world.poll();
        assertThat(value(metrics, failures)).isEqualTo("0.0");
    }

    @Test
    void countsEachTableThatDriftedOrDiffered() {
        Metrics metrics = started();
        String drifts = "understudy_table_drifts_total" + LABELS;
        String differed = "understudy_table_mismatches_total" + LABELS;
        assertThat(List.of(value(metrics, drifts), value(metrics, differed))).containsExactly("0.0", "0.0");

        world.events.report(new ReplicaEvent.DatabaseDrifted(List.of("public.note", "public.session")));
        world.events.report(new ReplicaEvent.TablesDiffered(new SnapshotId(1, 1), List.of("public.note")));

        assertThat(List.of(value(metrics, drifts), value(metrics, differed))).containsExactly("2.0", "1.0");
    }

    @Test
    void readinessFollowsTheState() {
        assertThat(ready().ok()).isFalse();
        world.source.commit(1, 1);
        world.sync();
        assertThat(ready().ok()).isTrue();
        world.source.commit(1, 2);
        world.databases.refuseExchange(ErrorCode.DATABASE_BUSY);
        failing();
        assertThat(ready()).isEqualTo(new Probe(false, "cannot exchange the databases: not now"));
        world.claims.goDown();
        world.agent().promotion().promote(new Promotion.Request("a test", true, false, false));
        assertThat(ready().text()).contains("yet to be claimed");
        world.claims.comeBack();
        world.agent().promotion().promote(new Promotion.Request("a test", true, false, false));
        assertThat(ready().ok()).isTrue();
    }

    @Test
    void readinessSaysWhatAStandbyWaitsFor() {
        waits = Optional.of(new AwaitedEpoch(2));

        assertThat(ready().ok()).isFalse();
        assertThat(ready().text()).contains("waits for the first snapshot of epoch 2");
        world.source.commit(1, 1);
        world.sync();
        assertThat(ready().ok()).isTrue();
        assertThat(ready().text()).contains("waits for the first snapshot of epoch 2");
    }

    private Probe ready() {
        return Readiness.of(
                world.marker.on(), world.store.record(), world.inspection().look(), waits, Optional.empty());
    }

    private void failing() {
        try {
            world.sync();
            throw new AssertionError("it did not fail");
        } catch (UnderstudyException expected) {
            assertThat(expected.code()).isEqualTo(ErrorCode.DATABASE_BUSY);
        }
    }

    private static String value(Metrics metrics, String series) {
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .map(line -> line.substring(series.length() + 1))
                .findFirst()
                .orElse("absent");
    }
}

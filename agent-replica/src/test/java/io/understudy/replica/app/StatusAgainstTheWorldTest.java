package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.cli.Json;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Metric;
import io.understudy.metrics.Metrics;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.replica.fakes.AgentSettings;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.replica.fakes.World;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.round.Discrepancy;
import io.understudy.repository.LastVerified;
import io.understudy.repository.SnapshotId;
import io.understudy.twoprimaries.GuardView;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every field of the status and every metric of the replica's agent, compared with what is true, in each role and after
 * each change of role. A field or metric without an expectation fails the test.
 */
class StatusAgainstTheWorldTest {
    private static final String NONE = "null";
    private static final String ABSENT = "absent";
    private static final SnapshotId FIRST = new SnapshotId(1, 1);
    private static final SnapshotId SECOND = new SnapshotId(1, 2);
    private static final Duration TURN = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private final World world = World.standby();
    private final Metrics metrics = new Metrics("site", "replica", "test");
    private DaemonStatus live;
    private ReplicaMetrics reported;
    private StatusReport report;
    private int imports;
    private int failures;

    @BeforeEach
    void start() {
        live = new DaemonStatus("memory:");
        reported = new ReplicaMetrics(
                metrics, world.store, world.holds(), "standby", new LastVerified(folder), world.time.clock());
        reported.prepare(AgentSettings.in(folder, List.of()), world.marker, Optional.of(() -> 1.9e9), () -> false);
        world.events = new Events(world.time.clock(), live, reported);
        report = world.wiring(AgentSettings.in(folder, List.of())).statusReport(live, () -> GuardView.NONE);
    }

    /** What the world is at one moment; each difference from the last moment is said where it comes about. */
    private final class Truth {
        private final Map<String, String> fields = new LinkedHashMap<>();

        Truth() {
            boolean standby = world.marker.on();
            set("site", "site")
                    .set("replica", "standby")
                    .set("state", "seeding")
                    .set("backup_mode", "" + standby);
            set("applied", NONE)
                    .set("moment", NONE)
                    .set("age_seconds", NONE)
                    .set("proven", "false")
                    .set("since", NONE);
            set("previous", NONE)
                    .set("ahead", NONE)
                    .set("held", NONE)
                    .set("set_aside", "")
                    .set("epoch", NONE)
                    .set("claim_pending", "false");
            set("daemon", "true")
                    .set("progress", NONE)
                    .set("primaries", "")
                    .set("filestore.name", "memory:")
                    .set("filestore.stores", "");
            set("filestore.readable", "true")
                    .set("filestore.seen", world.time.now().toString());
            set("filestore.newest", NONE).set("filestore.error", NONE).set("failures", "" + failures);
            set("last_error.code", NONE).set("retry", NONE).set("rejected", "");
            set("waiting", NONE)
                    .set("primary_shutdown", NONE)
                    .set("clean_up.code", NONE)
                    .set("intact", NONE)
                    .set("trees_left", "")
                    .set("discrepancies", "")
                    .set("guard.two_primaries", "")
                    .set("guard.dns", NONE)
                    .set("drill", NONE);
        }

        Truth set(String field, String value) {
            fields.put(field, value);
            return this;
        }

        Truth following(SnapshotId snapshot, Instant since, String previous) {
            Instant moment = FakeSource.of(snapshot).moment();
            return set("state", "following")
                    .set("applied", snapshot.toString())
                    .set("moment", moment.toString())
                    .set(
                            "age_seconds",
                            "" + Duration.between(moment, world.time.now()).toSeconds())
                    .set("proven", "true")
                    .set("since", since.toString())
                    .set("previous", previous)
                    .set("filestore.newest", snapshot.toString())
                    .set("intact", "true");
        }
    }

    @Test
    void isTrueInEachRoleAndAfterEachChange() {
        turn();
        check(new Truth(), 1, Optional.empty());

        world.source.commit(1, 1);
        Instant first = turn();
        check(
                new Truth().following(FIRST, first, NONE).set("set_aside", "site_understudy_previous"),
                1,
                Optional.of(FIRST));

        world.source.commit(1, 2);
        Instant second = turn();
        Truth following = new Truth().following(SECOND, second, FIRST.toString());
        check(following.set("set_aside", "site_before_understudy"), 1, Optional.of(SECOND));

        // Another standby has this one's name.
        world.source.namesake(Optional.of(second));
        check(
                new Truth()
                        .following(SECOND, second, FIRST.toString())
                        .set("set_aside", "site_before_understudy")
                        .set("discrepancies", "name"),
                1,
                Optional.of(SECOND));
        world.source.namesake(Optional.empty());

        // What a rollback needs is removed by hand.
        world.databases
                .server()
                .drop(world.databases.find(FakeDatabases.PREVIOUS).orElseThrow());
        check(
                new Truth()
                        .following(SECOND, second, NONE)
                        .set("set_aside", "site_before_understudy")
                        .set("discrepancies", "previous"),
                1,
                Optional.of(SECOND));

        // The live database is dropped, the filestore goes away, and nothing can be loaded.
        world.databases.server().drop(world.databases.find(FakeDatabases.LIVE).orElseThrow());
        world.source.goDown();
        world.databases.refusePreflight(
                new UnderstudyException(ErrorCode.MISSING_ROLE, "cannot import: a role is missing", "create it"));
        Instant lastSeen = world.time.now();
        world.time.advance(TURN);
        assertThatThrownBy(() -> world.poll()).hasMessageContaining("a role is missing");
        failures = 1;
        check(
                new Truth()
                        .following(SECOND, second, NONE)
                        .set("set_aside", "site_before_understudy")
                        .set("proven", "false")
                        .set("intact", "false")
                        .set("discrepancies", "database,previous")
                        .set("last_error.code", "missing_role")
                        .set(
                                "retry",
                                world.store.record().nextAttempt().orElseThrow().toString())
                        .set("filestore.seen", lastSeen.toString()),
                1,
                Optional.empty());

        // It is mended.
        world.databases.refusePreflight(null);
        world.source.comeBack();
        failures = 0;
        world.time.advance(Duration.ofHours(1));
        Instant third = turn();
        check(
                new Truth().following(SECOND, third, NONE).set("set_aside", "site_before_understudy"),
                1,
                Optional.of(SECOND));

        // Promoted: what it serves is its own now, and nothing is polled.
        world.time.advance(TURN);
        world.agent().promotion().promote(new Promotion.Request("a test", false, false, false));
        check(
                new Truth()
                        .following(SECOND, world.time.now(), NONE)
                        .set("state", "promoted")
                        .set("set_aside", "site_before_understudy")
                        .set("proven", "false")
                        .set("epoch", "2")
                        .set("intact", NONE)
                        .set("filestore.seen", third.toString()),
                2,
                Optional.empty());

        // A standby again; the other server has taken a snapshot.
        world.marker.putByHand(Optional.empty());
        world.source.claimed(3);
        SnapshotId other = world.source.commit(3, 3);
        Instant fourth = turn();
        check(
                new Truth()
                        .following(other, fourth, NONE)
                        .set("set_aside", "site_before_understudy,site_understudy_previous"),
                3,
                Optional.of(other));
    }

    /** A minute later the daemon polls. */
    private Instant turn() {
        world.time.advance(TURN);
        world.poll().applied().ifPresent(id -> imports++);
        return world.time.now();
    }

    private void check(Truth truth, int epoch, Optional<SnapshotId> serves) {
        boolean intact = world.inspection().look().stream().noneMatch(Discrepancy::breaksSite);
        world.events.report(new ReplicaEvent.SiteInspected(intact));
        reported.beat();
        reported.healthy(world.site.healthy());
        truth.set("highest_epoch", "" + epoch);
        assertThat(shown()).isEqualTo(truth.fields);
        for (Metric metric : Metric.values()) {
            String wanted = expected(metric, truth.fields, epoch, serves);
            String found = value(metric);
            if (wanted.equals("any")) {
                assertThat(found).as(metric.exported()).isNotEqualTo(ABSENT);
            } else {
                assertThat(found).as(metric + ": " + truth.fields).isEqualTo(wanted);
            }
        }
    }

    /** Without a default: a new metric asks for an expectation here. */
    private String expected(Metric metric, Map<String, String> fields, int epoch, Optional<SnapshotId> serves) {
        return switch (metric) {
            case APPLIED_SNAPSHOT_TIMESTAMP_SECONDS ->
                serves.map(id -> seconds(FakeSource.of(id).moment())).orElse(imports == 0 ? ABSENT : "NaN");
            case IMPORT_LAST_SUCCESS_TIMESTAMP_SECONDS, IMPORT_FAILURES ->
                imports == 0 && metric == Metric.IMPORT_LAST_SUCCESS_TIMESTAMP_SECONDS ? ABSENT : "any";
            case AHEAD_SNAPSHOT_TIMESTAMP_SECONDS, AHEAD_SNAPSHOT_NUMBER, HOLD_TIMESTAMP_SECONDS -> "NaN";
            case HOLD_ACTIVE -> "0.0";
            case AHEAD_LOAD_DURATION_SECONDS -> "0";
            case IMPORT_DURATION_SECONDS -> Integer.toString(imports);
            case IMPORT_CONSECUTIVE_FAILURES -> failures + ".0";
            case TABLE_MISMATCHES,
                    TABLE_DRIFTS,
                    CLEAN_UP_CONSECUTIVE_FAILURES,
                    REPOSITORY_JUNK_OBJECTS,
                    REPOSITORY_OLDER,
                    HANDSHAKES_REFUSED -> "0.0";
            case STANDBY_INTACT ->
                fields.get("intact").equals(NONE) ? "NaN" : fields.get("intact").equals("true") ? "1.0" : "0.0";
            case SITE_HEALTH_UP -> "1.0";
            case MARKER_PRESENT -> world.marker.on() ? "1.0" : "0.0";
            case ROLE_IS_PRIMARY -> "0.0";
            case EPOCH -> epoch == 0 ? "NaN" : epoch + ".0";
            case HEARTBEAT_TIMESTAMP_SECONDS -> seconds(world.time.now());
            case KEY_EXPIRY_TIMESTAMP_SECONDS -> "1.9E9";
            case DISK_FREE_BYTES -> "any";
            // Nothing was verified; no daemon makes forecasts; the filestore of this test is not metered; no primary,
            // no name and no channel is there; the others are the primary's.
            case VERIFY_LAST_SUCCESS_TIMESTAMP_SECONDS,
                    VERIFY_LAST_TIMESTAMP_SECONDS,
                    VERIFY_LAST_PASSED,
                    RECOVERY_KEY_TRIED_TIMESTAMP_SECONDS,
                    PRIMARY_LINK_UP,
                    FORECAST_DATA_TIMESTAMP_SECONDS,
                    FORECAST_READY_SECONDS,
                    FORECAST_BLOCKERS,
                    FORECAST_TIMESTAMP_SECONDS,
                    TWO_PRIMARIES,
                    DNS_AGREES,
                    DRILL_LAST_SUCCESS_TIMESTAMP_SECONDS,
                    DRILL_DURATION_SECONDS,
                    DRILL_RESULT,
                    DNS_TTL_SECONDS,
                    DNS_SILENT_SERVERS,
                    REPOSITORY_UP,
                    REPOSITORY_LATENCY_SECONDS,
                    FILESTORE_BEHIND_SNAPSHOTS,
                    FILESTORE_OUTSIDE_WINDOW,
                    NOTICES_SENT,
                    NOTICE_FAILURES,
                    NOTIFY_CHANNEL_UP,
                    SITE_UP,
                    CLOSURE_MISSING_FILES,
                    SNAPSHOT_ATTEMPTS,
                    QUIESCE_DOWN_SECONDS,
                    SNAPSHOT_FAILURES,
                    SNAPSHOT_CHECKED_TIMESTAMP_SECONDS,
                    SNAPSHOT_LAST_SUCCESS_TIMESTAMP_SECONDS,
                    SNAPSHOT_EXPECTED_INTERVAL_SECONDS,
                    CONTINUOUS_LOOKS,
                    CONTINUOUS_DURATION_SECONDS,
                    CONTINUOUS_PAUSE_SECONDS,
                    SNAPSHOT_DURATION_SECONDS,
                    SNAPSHOT_LAST_LOGICAL_BYTES,
                    SNAPSHOT_LAST_STORED_BYTES,
                    SNAPSHOT_LAST_UPLOADED_BYTES,
                    RETENTION_DELETED,
                    RETENTION_FAILURES,
                    TRACKING_RETAINED_BYTES,
                    TRACKING_RETAINED_LIMIT_BYTES,
                    TRACKING_SLOTS_DROPPED -> ABSENT;
        };
    }

    private Map<String, String> shown() {
        try {
            JsonNode json = new ObjectMapper().readTree(Json.line(report.ofDaemon(List.of())));
            Map<String, String> shown = new LinkedHashMap<>();
            requireForecast(json);
            json.properties().stream()
                    .filter(field -> !field.getKey().equals("forecast"))
                    .forEach(field -> flatten(shown, field.getKey(), field.getValue()));
            return shown;
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    /** It is of what a promotion would serve; nothing is loaded ahead here. */
    private static void requireForecast(JsonNode json) {
        boolean standby = json.path("backup_mode").asBoolean();
        assertThat(json.at("/forecast/standby").asBoolean()).isEqualTo(standby);
        assertThat(json.at("/forecast/snapshot").asText())
                .isEqualTo(standby ? json.path("applied").asText() : NONE);
    }

    private static void flatten(Map<String, String> shown, String name, JsonNode value) {
        if (name.equals("last_error") || name.equals("clean_up")) {
            shown.put(name + ".code", value.isNull() ? NONE : value.path("code").asText());
        } else if (value.isObject()) {
            value.properties().forEach(field -> flatten(shown, name + "." + field.getKey(), field.getValue()));
        } else if (value.isArray()) {
            List<String> elements = new java.util.ArrayList<>();
            value.forEach(each -> elements.add(
                    each.isTextual() ? each.asText() : each.path("subject").asText()));
            shown.put(name, String.join(",", elements));
        } else {
            shown.put(name, value.asText());
        }
    }

    private String value(Metric metric) {
        String name = metric.exported();
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + "_count{"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse(ABSENT);
    }

    private static String seconds(Instant instant) {
        return Double.toString(instant.toEpochMilli() / 1000.0);
    }
}

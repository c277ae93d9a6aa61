package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.cli.Json;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.metrics.Metric;
import io.understudy.metrics.Metrics;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.announce.Reporting;
import io.understudy.primary.capture.LastUnchanged;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.quiesce.QuiesceNote;
import io.understudy.primary.quiesce.SitePhase;
import io.understudy.primary.quiesce.SiteState;
import io.understudy.primary.schedule.Schedule;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.LastVerified;
import io.understudy.repository.Manifest;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.SnapshotId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.transport.RefusedPeers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every field of the status and every metric of the primary's agent, compared with what is true, in each role and after
 * each change of role. A field or metric without an expectation fails the test.
 */
@Timeout(120)
class StatusAgainstTheWorldTest {
    private static final String NONE = "null";
    private static final String ABSENT = "absent";
    private static final Duration PLANNED = Duration.ofMinutes(2);
    private static final Duration TARGET = Duration.ofHours(2);
    private static final SnapshotId FIRST = new SnapshotId(1, 1);

    @TempDir
    Path folder;

    private PrimaryFixture primary;
    private Metrics metrics;
    private Followers followers;
    private StateFile<QuiesceNote> note;
    private SiteLook site;
    private DaemonStatus daemonStatus;
    private SnapshotQueue queue;
    private Daemon daemon;
    private Instant answered;
    private boolean away;
    private int attempts = 1;
    private String doubled = "";

    @BeforeEach
    void start() {
        primary = new PrimaryFixture(folder);
        metrics = new Metrics("example", "primary", "0.1.0");
        followers = new Followers(primary.time.clock());
        note = StateFile.in(primary.state, StateEntry.QUIESCE, QuiesceNote.class);
        site = new SiteLook(new SiteState(primary.state, primary.time.clock()), PLANNED, primary.time.clock());
        daemonStatus = new DaemonStatus(primary.time.clock(), Optional.of(site));
        PrimaryMetrics reported = new PrimaryMetrics(metrics, folder);
        reported.expectedInterval(Duration.ofHours(1));
        reported.certificateExpires(() -> 1.9e9);
        Announcer announcer = new Announcer("example", "a", () -> primary.repository, followers);
        Events events = new Events(primary.time.clock(), announcer, reported, daemonStatus);
        queue = new SnapshotQueue(primary.taker(events));
        Schedule schedule = new Schedule(Map.of("hourly", "0 * * * *"), ZoneOffset.UTC);
        Planner planner = new Planner(schedule, queue, primary.time.now(), new Random(1));
        daemon = new Daemon(
                new RoleWatch(primary.marker, primary.epochs, () -> primary.repository, primary.time),
                planner,
                new Continuous(
                        Optional.empty(), queue, planner, events, new Random(1), primary.time.clock(), primary.time),
                new CatchUp(
                        () -> primary.repository,
                        announcer,
                        planner,
                        new LastUnchanged(primary.state),
                        daemonStatus::unchanged,
                        events,
                        primary.time.clock(),
                        primary.time),
                new TrackingWatch(Optional.empty(), true, Optional::empty, events, reported, primary.time),
                new LoopReport(
                        new RepositoryWatch(
                                () -> primary.repository, primary.time.clock(), primary.time, (id, snapshot) -> {}),
                        daemonStatus,
                        reported,
                        new LastVerified(primary.state),
                        OtherPrimaryFixture.of(primary, metrics, followers, announcer, events)),
                List.of(),
                events,
                primary.time.clock(),
                primary.time);
    }

    @AfterEach
    void stop() {
        queue.close();
    }

    @Test
    void isTrueInEachRoleAndAfterEachChange() {
        daemon.round();
        await().until(() ->
                primary.repository.list().contains(FIRST) && queue.step().isEmpty());
        turn();
        Reporting.replica(followers, "standby-1", "following");
        Reporting.replica(followers, "other-primary", "no_standby");
        isTrue("primary", 1, List.of("standby-1"));
        stopsWithASnapshot();

        // Demoted: another server is promoted and takes a snapshot.
        primary.promoteAnother(2);
        Reporting.replica(followers, "standby-1", "promoted");
        turn();
        isTrue("fenced", 1, List.of());
        primary.enterBackupMode();
        turn();
        isTrue("replica", 1, List.of());
        commitElsewhere(2);
        turn();
        isTrue("replica", 1, List.of());

        // The filestore goes away and comes back.
        away = true;
        primary.filestore.inject(Faults.always(new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        turn();
        isTrue("replica", 1, List.of());
        away = false;
        primary.filestore.inject(Faults.none());
        turn();
        isTrue("replica", 1, List.of());

        // Two standbys report under one name, which one of them found.
        reportDoubled(primary.time.now());
        turn();
        doubled = "standby-1";
        isTrue("replica", 1, List.of());
        reportDoubled(primary.time.now().minus(Duration.ofDays(1)));
        turn();
        doubled = "";
        isTrue("replica", 1, List.of());

        // Promoted again: the first snapshot of the new epoch is taken when the site had time to restart.
        claim(3);
        primary.marker.remove();
        turn();
        primary.time.advance(Settling.TIME);
        turn();
        await().until(() -> primary.repository.newest().orElseThrow().epoch() == 3
                && queue.step().isEmpty());
        attempts = 2;
        turn();
        isTrue("primary", 3, List.of());
    }

    /** The note says so, which another process may have written; also to an agent that was started since. */
    private void stopsWithASnapshot() {
        assertThat(daemonStatus.ready().ok()).isTrue();
        Instant since = primary.time.now();
        note.keep(new QuiesceNote(since, SitePhase.QUIET, Optional.empty()));
        assertThat(shown()).containsEntry("stopped.since", since.toString()).containsEntry("stopped.error", NONE);
        assertThat(daemonStatus.ready().ok()).as("as planned").isTrue();

        daemonStatus.receive(
                new PrimaryEvent.QuiesceStartFailed(
                        new UnderstudyException(ErrorCode.COMMAND_TIMEOUT, "it hangs", "look")),
                since);
        assertThat(shown())
                .containsEntry("stopped.error.code", "command_timeout")
                .containsEntry(
                        "stopped.error.message",
                        "the site is down: a snapshot stopped it, and it was not started again: it hangs");
        assertThat(shown().get("stopped.error.hint")).contains("agent-primary quiesce --resume");
        assertThat(daemonStatus.ready().ok()).isFalse();
        assertThat(daemonStatus.ready().text()).contains("it hangs");

        note.keep(new QuiesceNote(since.plusSeconds(1), SitePhase.STARTING, Optional.empty()));
        assertThat(daemonStatus.ready().ok()).as("another stop").isTrue();
        primary.time.advance(PLANNED);
        assertThat(daemonStatus.ready().ok())
                .as("still that of another process")
                .isTrue();
        primary.time.advance(Duration.ofSeconds(1));
        assertThat(shown()).containsEntry("stopped.error.code", "command_failed");
        assertThat(daemonStatus.ready().ok()).isFalse();

        note.keep(new QuiesceNote(since, SitePhase.STOPPED_FOR_GOOD, Optional.empty()));
        assertThat(shown()).containsEntry("stopped", NONE);
        note.delete();
        assertThat(daemonStatus.ready().ok()).isTrue();
    }

    private void reportDoubled(Instant when) {
        primary.repository
                .reports()
                .write(new ReplicaReport(
                        "standby-1",
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        when,
                        "test",
                        Optional.of("one"),
                        Optional.of(when)));
    }

    /** More than a look at the repository later. */
    private void turn() {
        primary.time.advance(Duration.ofSeconds(31));
        daemon.round();
        answered = away ? answered : primary.time.now();
    }

    private void claim(int epoch) {
        EpochClaim held = new EpochClaim(
                Optional.of(primary.repository.id()), epoch, "a", primary.time.now(), "promote", "n" + epoch);
        primary.repository.epochs().claim(held, primary.key);
        primary.epochs.hold(held);
    }

    /** The other server's own snapshot, as if it had been taken there. */
    private void commitElsewhere(int epoch) {
        Manifest last = primary.repository.read(FIRST);
        primary.repository.commit(
                new Manifest(
                        last.format(),
                        last.site(),
                        new SnapshotId(epoch, 2),
                        last.periods(),
                        primary.time.now(),
                        last.walLsn(),
                        "b",
                        last.versions(),
                        last.databases(),
                        last.trees(),
                        last.totals()),
                primary.key);
    }

    private void isTrue(String role, int epoch, List<String> replicas) {
        // What the repository holds, asked of it by another way than the agent's.
        Faults broken = Faults.always(new Fail(ErrorCode.FILESTORE_UNREACHABLE));
        primary.filestore.inject(Faults.none());
        SnapshotId newest = primary.repository.newest().orElseThrow();
        Manifest manifest = primary.repository.read(newest);
        int highest = primary.repository.epochs().highest();
        if (away) {
            primary.filestore.inject(broken);
        }
        boolean production = role.equals("primary");
        Map<String, Supplier<String>> fields = new LinkedHashMap<>();
        fields.put("running", () -> "true");
        fields.put("site", () -> "example");
        fields.put("server", () -> "a");
        fields.put("version", () -> "0.1.0");
        fields.put("role", () -> role);
        fields.put("epoch", () -> "" + epoch);
        fields.put("highest_epoch", () -> "" + highest);
        fields.put("marker", () -> "" + primary.marker.present());
        fields.put("newest", newest::toString);
        fields.put("moment", () -> manifest.moment().toString());
        fields.put("unchanged", () -> NONE);
        fields.put("next", () -> production ? nextHour().toString() : NONE);
        fields.put("progress", () -> NONE);
        fields.put("last_error.code", () -> away ? "filestore_unreachable" : role.equals("fenced") ? "fenced" : NONE);
        fields.put("followers", () -> String.join(",", replicas));
        fields.put("refused", () -> NONE);
        fields.put("peers", () -> "");
        fields.put("doubled_names", () -> doubled);
        fields.put("junk", () -> "");
        fields.put("tracking", () -> NONE);
        fields.put("continuous", () -> NONE);
        fields.put("filestore.name", () -> "memory:");
        fields.put("filestore.readable", () -> "" + !away);
        fields.put("filestore.seen", () -> answered.toString());
        fields.put("filestore.stores", () -> "");
        fields.put("guard.two_primaries", () -> "");
        fields.put("guard.dns", () -> NONE);
        fields.put("stopped", () -> NONE);
        if (production) {
            Duration age = Duration.between(manifest.moment(), primary.time.now());
            fields.put("age.moment", () -> manifest.moment().toString());
            fields.put("age.seconds", () -> "" + age.toSeconds());
            fields.put("age.target_seconds", () -> "" + TARGET.toSeconds());
            fields.put("age.over", () -> "" + (age.compareTo(TARGET) > 0));
        } else {
            fields.put("age", () -> NONE);
        }
        assertThat(shown()).as(role + " of epoch " + epoch).isEqualTo(values(fields));

        Map<Metric, String> expected = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.values()) {
            expected.put(metric, expected(metric, production, manifest, highest));
        }
        for (Metric metric : Metric.values()) {
            String wanted = expected.get(metric);
            String found = value(metric);
            if (!wanted.equals("any")) {
                assertThat(found).as(metric + " as " + role).isEqualTo(wanted);
            } else {
                assertThat(found).as(metric + " as " + role).isNotEqualTo(ABSENT);
            }
        }
    }

    /** Without a default: a new metric asks for an expectation here. */
    private String expected(Metric metric, boolean production, Manifest newest, int highest) {
        return switch (metric) {
            case ROLE_IS_PRIMARY -> production ? "1.0" : "0.0";
            case MARKER_PRESENT -> primary.marker.present() ? "1.0" : "0.0";
            case EPOCH -> highest + ".0";
            case TWO_PRIMARIES -> !production && !primary.marker.present() ? "1.0" : "0.0";
            case HEARTBEAT_TIMESTAMP_SECONDS -> seconds(primary.time.now());
            case SNAPSHOT_LAST_SUCCESS_TIMESTAMP_SECONDS, SNAPSHOT_CHECKED_TIMESTAMP_SECONDS ->
                seconds(newest.moment());
            case SNAPSHOT_LAST_LOGICAL_BYTES ->
                number(newest.totals().databaseBytes() + newest.totals().fileBytes());
            case SNAPSHOT_LAST_STORED_BYTES -> number(newest.totals().storedBytes());
            case SNAPSHOT_LAST_UPLOADED_BYTES -> number(newest.totals().uploadedBytes());
            case SNAPSHOT_EXPECTED_INTERVAL_SECONDS -> "3600.0";
            case SNAPSHOT_ATTEMPTS -> number(attempts);
            case SNAPSHOT_FAILURES,
                    CONTINUOUS_LOOKS,
                    CONTINUOUS_PAUSE_SECONDS,
                    QUIESCE_DOWN_SECONDS,
                    RETENTION_DELETED,
                    RETENTION_FAILURES,
                    TRACKING_RETAINED_BYTES,
                    TRACKING_RETAINED_LIMIT_BYTES,
                    TRACKING_SLOTS_DROPPED,
                    REPOSITORY_JUNK_OBJECTS,
                    HANDSHAKES_REFUSED -> "0.0";
            case KEY_EXPIRY_TIMESTAMP_SECONDS -> "1.9E9";
            case SNAPSHOT_DURATION_SECONDS, CONTINUOUS_DURATION_SECONDS, DISK_FREE_BYTES -> "any";
            // Nothing was verified; the filestore of this test is not metered; no channel and no name is there; it is
            // one site; the
            // others are the replica's.
            case VERIFY_LAST_SUCCESS_TIMESTAMP_SECONDS,
                    VERIFY_LAST_TIMESTAMP_SECONDS,
                    VERIFY_LAST_PASSED,
                    RECOVERY_KEY_TRIED_TIMESTAMP_SECONDS,
                    REPOSITORY_UP,
                    REPOSITORY_LATENCY_SECONDS,
                    FILESTORE_BEHIND_SNAPSHOTS,
                    FILESTORE_OUTSIDE_WINDOW,
                    NOTICES_SENT,
                    NOTICE_FAILURES,
                    NOTIFY_CHANNEL_UP,
                    SITE_UP,
                    DNS_AGREES,
                    DNS_TTL_SECONDS,
                    DNS_SILENT_SERVERS,
                    REPOSITORY_OLDER,
                    APPLIED_SNAPSHOT_TIMESTAMP_SECONDS,
                    AHEAD_SNAPSHOT_TIMESTAMP_SECONDS,
                    AHEAD_SNAPSHOT_NUMBER,
                    CLOSURE_MISSING_FILES,
                    HOLD_ACTIVE,
                    HOLD_TIMESTAMP_SECONDS,
                    DRILL_LAST_SUCCESS_TIMESTAMP_SECONDS,
                    DRILL_DURATION_SECONDS,
                    DRILL_RESULT,
                    AHEAD_LOAD_DURATION_SECONDS,
                    IMPORT_LAST_SUCCESS_TIMESTAMP_SECONDS,
                    IMPORT_DURATION_SECONDS,
                    IMPORT_FAILURES,
                    IMPORT_CONSECUTIVE_FAILURES,
                    CLEAN_UP_CONSECUTIVE_FAILURES,
                    TABLE_MISMATCHES,
                    TABLE_DRIFTS,
                    STANDBY_INTACT,
                    PRIMARY_LINK_UP,
                    FORECAST_DATA_TIMESTAMP_SECONDS,
                    FORECAST_READY_SECONDS,
                    FORECAST_BLOCKERS,
                    FORECAST_TIMESTAMP_SECONDS,
                    SITE_HEALTH_UP -> ABSENT;
        };
    }

    private Instant nextHour() {
        return Instant.ofEpochSecond((primary.time.now().getEpochSecond() / 3600 + 1) * 3600);
    }

    private Map<String, String> shown() {
        StatusReport report = new StatusReport("example", "a", "memory:", "0.1.0");
        RefusedPeers refused =
                new RefusedPeers(Optional.empty(), Events.none(), new FakeTicker(), primary.time.clock());
        try {
            JsonNode json = new ObjectMapper()
                    .readTree(Json.line(daemonStatus.aged(
                            report.ofDaemon(
                                    daemonStatus, queue, followers.all(), refused, Optional.empty(), Optional.empty()),
                            Optional.of(TARGET.dividedBy(2)))));
            Map<String, String> shown = new LinkedHashMap<>();
            json.properties().forEach(field -> flatten(shown, field.getKey(), field.getValue()));
            return shown;
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void flatten(Map<String, String> shown, String name, JsonNode value) {
        if (name.equals("last_error")) {
            shown.put(
                    "last_error.code",
                    value.isNull() ? NONE : value.path("code").asText());
        } else if (value.isObject()) {
            value.properties().forEach(field -> flatten(shown, name + "." + field.getKey(), field.getValue()));
        } else if (value.isArray()) {
            shown.put(name, String.join(",", value.findValuesAsText("name")));
        } else {
            shown.put(name, value.asText());
        }
    }

    private static Map<String, String> values(Map<String, Supplier<String>> fields) {
        Map<String, String> values = new LinkedHashMap<>();
        fields.forEach((name, value) -> values.put(name, value.get()));
        return values;
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

    private static String number(double value) {
        return Double.toString(value);
    }
}

package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.distribution.Dashboard;
import io.understudy.failure.ErrorCode;
import io.understudy.metrics.Metric;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Each alert fires on its fault and clears when that is mended: real agents, over TLS, watched by a real Prometheus
 * with the rules that are shipped, in which seconds stand for minutes, hours and days. The tests are one play in acts.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AlertsIT extends TwoServers {
    private static final Path FOLDER = Path.of("prometheus");
    private static final String JUNK = "00000001-00000099";
    private static final String FIRST = "00000001-00000001";

    /**
     * Alerts whose faults take minutes to stage on real servers: gigabytes of log, a third import, rows that change on
     * the disk by themselves; or several filestores, an encrypted one, a channel of notices, holds, a closure, names in
     * DNS or a second primary. The rules' own tests try them on series, those of the agents make their metrics count.
     */
    private static final Set<String> NOT_STAGED = Set.of(
            "UnderstudyDnsDisagrees",
            "UnderstudyDrillFailed",
            "UnderstudyDrillOld",
            "UnderstudyFilesMissing",
            "UnderstudyFilestoreBehind",
            "UnderstudyFilestoreWindowMissed",
            "UnderstudyNotifyChannelDown",
            "UnderstudyRecoveryKeyUntried",
            "UnderstudySiteDown",
            "UnderstudySlotDropped",
            "UnderstudySlotRetainsMuch",
            "UnderstudySnapshotHeld",
            "UnderstudyStandbyBehind",
            "UnderstudyStandbyDrifted",
            "UnderstudyTablesDiffered",
            "UnderstudyTwoPrimaries");

    /** Absent here: one filestore, not encrypted, no closure, drill or dns. Other tests see their values. */
    private static final Set<String> ELSEWHERE = Set.of(
            Metric.CLOSURE_MISSING_FILES.exported(),
            Metric.DNS_AGREES.exported(),
            Metric.DNS_SILENT_SERVERS.exported(),
            Metric.DNS_TTL_SECONDS.exported(),
            Metric.DRILL_DURATION_SECONDS.exported(),
            Metric.DRILL_LAST_SUCCESS_TIMESTAMP_SECONDS.exported(),
            Metric.DRILL_RESULT.exported(),
            Metric.FILESTORE_BEHIND_SNAPSHOTS.exported(),
            Metric.FILESTORE_OUTSIDE_WINDOW.exported(),
            Metric.NOTICES_SENT.exported(),
            Metric.NOTICE_FAILURES.exported(),
            Metric.NOTIFY_CHANNEL_UP.exported(),
            Metric.SITE_UP.exported(),
            Metric.RECOVERY_KEY_TRIED_TIMESTAMP_SECONDS.exported());

    /** NaN here: without continuous snapshots nothing is loaded ahead. The replica's own tests see their values. */
    private static final Set<String> NOTHING_AHEAD = Set.of(
            Metric.AHEAD_SNAPSHOT_TIMESTAMP_SECONDS.exported(),
            Metric.AHEAD_SNAPSHOT_NUMBER.exported(),
            // Nothing is held, and no query is configured.
            Metric.HOLD_TIMESTAMP_SECONDS.exported(),
            Metric.CLOSURE_MISSING_FILES.exported());

    /** What the page promises of the filestore's outage and of its end. */
    private static final Duration PROMISED = Duration.ofSeconds(15);

    private ShortenedRules rules;
    private ServerPair pair;
    private Server primary;
    private Server standby;
    private Certificates certificates;
    private SmallDisk disk;
    private StagedFaults faults;
    private LivePrometheus prometheus;
    private Alerts alerts;
    private SnapshotId newest;

    @BeforeAll
    void installAndWatch() throws IOException {
        rules = new ShortenedRules(Files.readString(FOLDER.resolve("understudy.rules.yml")));
        pair = install(false);
        primary = pair.primary();
        standby = pair.standby();
        certificates = Certificates.install(pair);
        disk = SmallDisk.mount(standby.layout().state(), 128);
        faults = new StagedFaults(pair);
        prometheus = LivePrometheus.start(
                pair.home().resolve("prometheus"),
                rules.text(),
                List.of(primary.layout().primaryHttp(), standby.layout().replicaHttp()));
        alerts = new Alerts(prometheus);
        // Larger than what is left of the standby's small disk when it is filled.
        primary.site().addUpload("large.bin", new byte[8 << 20]);
        int later = (LocalTime.now().getMinute() + 30) % 60;
        primary.configure(
                config -> config.replace("primary:\n", "primary:\n  schedule: {hourly: \"" + later + " * * * *\"}\n"));
        primary.primary("init").successful();
        standby.replica("init", "--yes").successful();
    }

    @AfterAll
    void end() {
        if (prometheus != null) {
            prometheus.close();
        }
        if (pair != null) {
            pair.close();
        }
        if (disk != null) {
            disk.close();
        }
        stopEverything();
    }

    @Test
    @Order(1)
    void theFirstDay() {
        alerts.awaitFiring("AgentDown", "MetricsAbsent");
        faults.keepRetiredDatabase();
        faults.forbidSnapshots(true);
        standby.startReplica();
        Running agent = primary.startPrimary();
        alerts.awaitFiring("NeverASnapshot", "NeverImported", "NeverVerified", "PrimaryLinkDown", "CertificateExpires");
        alerts.awaitCleared("AgentDown", "MetricsAbsent");

        agent.stop();
        faults.forbidSnapshots(false);
        certificates.issueForDays(primary.layout().name(), 60);
        certificates.issueForDays(standby.layout().name(), 60);
        primary.startPrimary();
        alerts.awaitCleared("NeverASnapshot", "NeverImported", "PrimaryLinkDown", "CertificateExpires");
        primary.primary("verify").successful();
        alerts.awaitCleared("NeverVerified");
    }

    @Test
    @Order(2)
    void theFilestoreIsAwayAndTheServersAreIll() {
        alerts.awaitSilence(
                "RepositoryDown",
                "SiteUnhealthy",
                "SwitchBlocked",
                "StandbyDamaged",
                "CertificateUnknown",
                "HandshakeRefused",
                "AgentStuck",
                "DiskShort");
        awaitReady(true);
        standby.siteService("stop");
        faults.dropATable();
        faults.takeStoreAway();
        awaitReady(false);
        faults.stallMainLoop();
        Folders.write(certificates.folder().resolve("standby.pem"), "no certificate\n");
        faults.knockAsStranger();
        disk.fill(4 << 20);
        alerts.awaitFiring(
                "RepositoryDown",
                "SiteUnhealthy",
                "SwitchBlocked",
                "StandbyDamaged",
                "CertificateUnknown",
                "HandshakeRefused",
                "AgentStuck",
                "DiskShort",
                "SnapshotLate",
                "SnapshotMissing",
                "VerifyStale");

        disk.empty();
        certificates.issueForDays(standby.layout().name(), 60);
        faults.bringStoreBack();
        faults.releaseMainLoop();
        standby.siteService("start");
        alerts.awaitCleared("RepositoryDown", "AgentStuck", "DiskShort", "CertificateUnknown");
        awaitReady(true);
    }

    @Test
    @Order(3)
    void aStrangerWritesIntoTheRepository() {
        alerts.awaitSilence("NotOnePrimary", "RepositoryJunk", "RetentionFails", "VerifyFailed");
        faults.putMarkerOnPrimary();
        faults.writeUnsignedManifest(JUNK);
        alerts.awaitFiring("NotOnePrimary", "RepositoryJunk");
        faults.removeMarkerFromPrimary();
        alerts.awaitCleared("NotOnePrimary");
        alerts.awaitCleared("StandbyDamaged", "SiteUnhealthy", "SwitchBlocked");
        alerts.awaitFiring("StandbyStale");
    }

    @Test
    @Order(4)
    void importsPruningAndVerificationFail() {
        alerts.awaitSilence("ImportsFail", "RetentionFails", "VerifyFailed");
        faults.forbidImports(true);
        faults.damageManifest(FIRST);
        faults.makePruningDue();
        primary.site().addNote("second");
        SnapshotId second = SnapshotId.parse(snapshot(primary).at("/snapshot").asText());
        alerts.awaitCleared("SnapshotLate", "SnapshotMissing");
        // The second snapshot has a higher number than the stranger's first object.
        String newer = new SnapshotId(second.epoch(), second.sequence() + 1).toString();
        faults.writeUnsignedManifest(newer);
        assertThat(primary.primary("verify").exitCode()).isNotZero();
        standby.replica("sync");
        standby.replica("sync");
        alerts.awaitFiring("ImportsFail", "CleanUpFails", "RetentionFails", "VerifyFailed");

        faults.mendManifest(FIRST);
        faults.removeManifest(newer);
        faults.removeManifest(JUNK);
        faults.forbidImports(false);
        faults.releaseRetiredDatabase();
        // What was refused so often may be too old by now.
        primary.site().addNote("third");
        newest = SnapshotId.parse(snapshot(primary).at("/snapshot").asText());
        standby.replica("sync").successful();
        alerts.awaitCleared("StandbyStale");
        standby.replica("verify", "--mirror").successful();
        primary.primary("verify").successful();
        alerts.awaitCleared("ImportsFail", "CleanUpFails", "VerifyFailed", "VerifyStale");
        faults.putMarkerOnPrimary();
    }

    @Test
    @Order(5)
    void theRepositoryIsPutBack() {
        alerts.awaitSilence("RepositoryOlder");
        faults.takeManifestAway(newest.toString());
        alerts.awaitFiring("RepositoryOlder");
        faults.bringManifestBack(newest.toString());
        faults.removeMarkerFromPrimary();
        alerts.awaitCleared("RepositoryOlder", "RepositoryJunk", "RetentionFails", "HandshakeRefused");
    }

    /** Of rules, dashboard and catalogue: each had a value that is a number. */
    @Test
    @Order(6)
    void eachMetricHasData() {
        Set<String> wanted = new TreeSet<>(rules.metrics());
        Pattern metric = Pattern.compile("\\bunderstudy_\\w+");
        queries()
                .forEach(query ->
                        metric.matcher(query.expression()).results().forEach(found -> wanted.add(found.group())));
        Stream.of(Metric.values())
                .map(each -> each.exported() + (each.kind() == Metric.Kind.TIMER ? "_count" : ""))
                .forEach(wanted::add);
        wanted.removeAll(NOTHING_AHEAD);
        wanted.removeAll(ELSEWHERE);

        assertThat(wanted.stream()
                        .filter(each -> prometheus
                                .query("max_over_time(" + each + "[10m])")
                                .isEmpty()))
                .as("without data")
                .isEmpty();
    }

    /** Within the last minutes: a value that is unknown now is NaN. */
    @Test
    @Order(7)
    void eachQueryOfTheDashboardHasAnAnswerWithItsLegend() {
        assertThat(queries()).allSatisfy(query -> {
            var answer = prometheus.query("max_over_time((" + query.expression() + ")[10m:2s])");
            assertThat(answer).as(query.toString()).isNotEmpty();
            assertThat(answer)
                    .as(query.toString())
                    .allSatisfy(
                            series -> assertThat(series.properties().stream().map(Map.Entry::getKey))
                                    .containsAll(query.legend()));
        });
    }

    /** So that the alerts are tried on what the agents really export. */
    @Test
    @Order(8)
    void eachSeriesOfTheRulesTestsIsLikeARealOne() throws IOException {
        Pattern series = Pattern.compile("- series: '(\\w+)\\{(.*)}'");
        Pattern label = Pattern.compile("(\\w+)=\"");
        Set<String> shapes = new TreeSet<>();
        for (String name : List.of("understudy.rules.test.yml", "understudy.rules.days.test.yml")) {
            series.matcher(Files.readString(FOLDER.resolve(name)))
                    .results()
                    .filter(found -> !ELSEWHERE.contains(found.group(1)))
                    .forEach(found -> shapes.add(found.group(1)
                            + new TreeSet<>(label.matcher(found.group(2))
                                    .results()
                                    .map(each -> each.group(1))
                                    .toList())));
        }
        assertThat(shapes).isNotEmpty();
        assertThat(prometheus.shapes()).containsAll(shapes);
    }

    /** What was the primary serves its site on, until somebody stops it. */
    @Test
    @Order(9)
    void theStandbyIsPromoted() {
        alerts.awaitSilence("MarkerAndRoleDisagree");
        standby.replica("promote", "--yes").successful();
        assertRefused(primary.primary("snapshot"), ErrorCode.FENCED);
        alerts.awaitFiring("MarkerAndRoleDisagree");
        faults.putMarkerOnPrimary();
        alerts.awaitCleared("MarkerAndRoleDisagree");
    }

    @Test
    @Order(10)
    void eachAlertOfTheRulesWasStaged() {
        Set<String> wanted = new TreeSet<>(rules.alerts());
        wanted.removeAll(NOT_STAGED);

        assertThat(alerts.proven()).isEqualTo(wanted);
    }

    private static List<Dashboard.Query> queries() {
        return Dashboard.shipped().queries("example");
    }

    private void awaitReady(boolean ready) {
        for (int port : List.of(primary.layout().primaryHttp(), standby.layout().replicaHttp())) {
            Deadline.await(
                    "/readyz of port " + port + " says " + ready,
                    PROMISED,
                    () -> (LivePrometheus.get(port, "/readyz").statusCode() == 200) == ready);
        }
    }
}

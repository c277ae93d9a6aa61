package io.understudy.primary.capture.database.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.DiskSpace;
import io.understudy.postgres.Database;
import io.understudy.postgres.KeptSessions;
import io.understudy.postgres.Session;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.primary.capture.database.tracking.SlotWatch.Look;
import io.understudy.setup.CheckReport;
import io.understudy.setup.CheckResult;
import io.understudy.testing.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@Tag("slow")
class SlotWatchTest {
    private static final DiskSpace LARGE = folder -> OptionalLong.of(1L << 50);

    private static PostgresServer server;

    @TempDir
    private Path state;

    private String database;
    private TrackedSite site;

    @BeforeAll
    static void start() {
        server = PostgresServer.start(List.of("wal_level=logical", "max_replication_slots=3"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void create() {
        database = server.createDatabase("slots");
        server.psql(
                database,
                "CREATE TABLE t (id int PRIMARY KEY, b text); INSERT INTO t SELECT g, repeat('x', 90) FROM generate_series(1, 2000) g");
        site = new TrackedSite(server, database, state);
    }

    @AfterEach
    void drop() {
        server.psql(database, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
        server.dropDatabase(database);
    }

    @Tag("always")
    @Test
    void itsNameIsDerivedFromSiteAndRepository() {
        assertThat(TrackingSlot.of("my-site", TrackedSite.REPOSITORY).name())
                .isEqualTo("understudy_my_site_1a2b3c4d5e6f");
        assertThat(TrackingSlot.of("s".repeat(63), TrackedSite.REPOSITORY).name())
                .hasSize(63)
                .endsWith("_1a2b3c4d5e6f");
    }

    @Tag("always")
    @Test
    void aSlotThatKeepsLittleStays() {
        site.snapshot();
        Look look = watch(LARGE).look(TrackedSite.REPOSITORY, Optional.empty()).orElseThrow();
        assertThat(look.slot()).isEqualTo(site.slot().name());
        assertThat(look.dropped()).isEmpty();
        assertThat(look.limit()).isEqualTo(2L << 30);
        assertThat(look.retained()).isBetween(0L, 1L << 30);
        assertThat(slots()).isEqualTo("1");
    }

    /** Above a tenth of the disk's free space it goes, and the next snapshot reads everything and begins again. */
    @Test
    void aSlotThatKeepsTooMuchIsDropped() {
        site.snapshot();
        server.psql(database, "UPDATE t SET b = repeat('y', 90)");
        Look look = watch(folder -> OptionalLong.of(1000))
                .look(TrackedSite.REPOSITORY, Optional.empty())
                .orElseThrow();
        assertThat(look.dropped()).get().asString().contains("at most 100 are allowed");
        assertThat(slots()).isEqualTo("0");
        server.psql(database, "UPDATE t SET b = 'z' WHERE id = 1");
        Captured again = site.snapshot();
        site.requireSame("after it was dropped", again, site.whole());
        assertThat(slots()).isEqualTo("1");
    }

    /** Only superusers may ask the server where its data is. */
    @Test
    void theDiskIsSeenByAUserWithoutRightsToo() {
        site.snapshot();
        server.psql(database, "UPDATE t SET b = repeat('y', 90)");
        server.createRole("tracker", "LOGIN REPLICATION PASSWORD 'p'");
        Database own = new Database(server.settings(database, "tracker", "p", Ownership.PRESERVE));
        try (Session session = own.open()) {
            assertThat(session.number("SELECT count(*) FROM pg_settings WHERE name = 'data_directory'"))
                    .isZero();
        }
        Look look = new SlotWatch(database, new KeptSessions(own), folder -> OptionalLong.of(1000))
                .look(TrackedSite.REPOSITORY, Optional.empty())
                .orElseThrow();
        assertThat(look.limit()).isEqualTo(100);
        assertThat(slots()).isEqualTo("0");
    }

    @Test
    void aServerThatDoesNotTrackDropsItsSlotAlone() {
        site.snapshot();
        server.psql(database, "SELECT pg_create_logical_replication_slot('of_another', 'test_decoding')");
        assertThat(watch(LARGE)
                        .look(TrackedSite.REPOSITORY, Optional.of("this server takes no snapshots"))
                        .flatMap(Look::dropped))
                .contains("this server takes no snapshots");
        assertThat(watch(LARGE).look(TrackedSite.REPOSITORY, Optional.of("again")))
                .isEmpty();
        assertThat(server.psql(database, "SELECT slot_name FROM pg_replication_slots"))
                .isEqualTo("of_another");
    }

    @Test
    void atTheEndItStaysOnlyWhereTheServerHasALimit() {
        site.snapshot();
        server.psql(database, "ALTER SYSTEM SET max_slot_wal_keep_size = '64MB'");
        server.psql(database, "SELECT pg_reload_conf()");
        try {
            org.awaitility.Awaitility.await()
                    .until(() ->
                            server.psql(database, "SHOW max_slot_wal_keep_size").equals("64MB"));
            assertThat(watch(LARGE).lookLast(TrackedSite.REPOSITORY).flatMap(Look::dropped))
                    .isEmpty();
        } finally {
            server.psql(database, "ALTER SYSTEM RESET max_slot_wal_keep_size");
            server.psql(database, "SELECT pg_reload_conf()");
        }
        org.awaitility.Awaitility.await()
                .until(() ->
                        server.psql(database, "SHOW max_slot_wal_keep_size").equals("-1"));
        assertThat(watch(LARGE).lookLast(TrackedSite.REPOSITORY).flatMap(Look::dropped))
                .isPresent();
        assertThat(slots()).isEqualTo("0");
    }

    /** Making a slot waits for every transaction: the snapshot does not. */
    @Test
    void aLongTransactionDelaysTrackingAlone() throws Exception {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("UPDATE t SET b = 'open' WHERE id = 1");
            site.requireSame("while it is open", site.snapshot(), site.whole());
            assertThat(slots()).isEqualTo("0");
            connection.commit();
        }
        site.requireSame("then", site.snapshot(), site.whole());
        assertThat(slots()).isEqualTo("1");
    }

    @Test
    void withoutTheRightNothingIsTriedAndCheckSaysSo() {
        server.createRole("plain_reader", "LOGIN PASSWORD 'p'");
        server.psql(database, "GRANT SELECT ON t TO plain_reader");
        Database plain = new Database(server.settings(database, "plain_reader", "p", Ownership.PRESERVE));
        ChangeTracking tracking = new ChangeTracking(
                database,
                state,
                new KeptSessions(plain),
                io.understudy.time.Ticker.system(),
                Duration.ofSeconds(1),
                Duration.ZERO);
        try (Session session = plain.open()) {
            assertThat(tracking.begin(session, new Before(TrackedSite.REPOSITORY, Optional.empty())))
                    .isEmpty();
            assertThat(check(session, true)).containsEntry("tracking", "warning");
        }
        assertThat(slots()).isEqualTo("0");
        server.psql(database, "DROP OWNED BY plain_reader");
    }

    @Test
    void checkNamesStrangeSlotsAndAServerWithoutALimit() {
        server.psql(
                database, "SELECT pg_create_logical_replication_slot('understudy_old_000000000000', 'test_decoding')");
        try (Session session = new Database(server.settings(database)).open()) {
            assertThat(check(session, true))
                    .containsEntry("replication slots", "warning")
                    .containsEntry("max_slot_wal_keep_size", "warning")
                    .containsEntry("tracking", "ok");
            assertThat(check(session, false))
                    .containsEntry("tracking", "ok")
                    .doesNotContainKey("max_slot_wal_keep_size");
        }
    }

    @Test
    void checkSaysThatAllSlotsAreInUse() {
        server.psql(
                database,
                "SELECT pg_create_logical_replication_slot('s' || g, 'test_decoding') FROM generate_series(1, 3) g");
        try (Session session = new Database(server.settings(database)).open()) {
            assertThat(check(session, true)).containsEntry("tracking", "warning");
        }
        site.requireSame("without a slot", site.snapshot(), site.whole());
    }

    @Test
    void aServerThatIsAwayIsAnError() {
        KeptSessions away =
                new KeptSessions(new Database(PostgresServer.shared().settings("no_such_database")));
        Assertions.assertThatThrownBy(() -> new SlotWatch("s", away, LARGE).look(UUID.randomUUID(), Optional.empty()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isNotEqualTo(ErrorCode.INTERNAL));
    }

    private Map<String, String> check(Session session, boolean wanted) {
        CheckReport.Run run = new CheckReport.Run();
        TrackingCheck.add(run, session, wanted, database, Optional.of(TrackedSite.REPOSITORY));
        return run.report().checks().stream().collect(Collectors.toMap(CheckResult::check, CheckResult::state));
    }

    private SlotWatch watch(DiskSpace disk) {
        return new SlotWatch(database, new KeptSessions(new Database(server.settings(database))), disk);
    }

    private String slots() {
        return server.psql(
                database,
                "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '"
                        + site.slot().name() + "'");
    }
}

package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.Rehearsal;
import io.understudy.rehearsal.ServedData;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * While a transaction stays open and another one is prepared, the filestore goes away, then the standby, then the
 * primary's disk is nearly full: {@code deploy/soak --outages}. The site writes all the time; it must not notice, and
 * the standby must miss nothing, by continuous snapshots alone.
 */
@EnabledIfSystemProperty(named = OutagesIT.MINUTES, matches = "[0-9]+")
@Timeout(value = 1, unit = TimeUnit.DAYS)
class OutagesIT extends TwoServers {
    static final String MINUTES = "understudy.outages.minutes";

    private static final int PHASES = 5;
    /** Without a slot all tables are read, and twenty times as long is waited. */
    private static final Duration CAUGHT_UP = Duration.ofMinutes(15);

    private static final String TO_FOLLOW = "to follow";
    private static final int DISK_MEGABYTES = 700;
    /** A tenth of it is what a slot may keep: less than what is written then. */
    private static final long LEFT = 100L << 20;

    private static final int FILLED = 20_000;
    private static final Duration SLOWEST = Duration.ofSeconds(5);
    private static final String SLOTS = "SELECT slot_name FROM pg_replication_slots";

    private SmallDisk disk;

    @Override
    Rehearsal programs() {
        return Rehearsal.packaged();
    }

    @Override
    void prepare(Path folder) {
        disk = SmallDisk.mount(folder.resolve("primary/postgresql"), DISK_MEGABYTES);
    }

    @Override
    void clear() {
        if (disk != null) {
            disk.close();
        }
    }

    @AfterEach
    void end() {
        stopEverything();
    }

    @Test
    void theSiteNeverSuffersAndNothingIsMissed() throws Exception {
        ServerPair pair = install(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        PostgresServer database = primary.database();
        primary.siteService("stop");
        database.execute(
                "postgres",
                "ALTER SYSTEM SET max_prepared_transactions = 5",
                "ALTER SYSTEM SET min_wal_size = '32MB'",
                "ALTER SYSTEM SET max_wal_size = '64MB'");
        pair.takeContinuousSnapshots("1s");
        primary.configure(config -> config + "retention: {continuous: 1m}\n");
        primary.siteService("start");
        database.execute(
                "site",
                "CREATE TABLE slow (id int PRIMARY KEY, text text)",
                "INSERT INTO slow SELECT g, 'before' FROM generate_series(1, 1000) g",
                "ALTER TABLE slow OWNER TO site");
        primary.primary("init").successful();
        primary.startPrimary();
        standby.replica("init", "--yes").successful();
        standby.startReplica();
        standby.site().awaitMode("standby", FOLLOWS);
        Duration phase = Duration.ofMinutes(Long.getLong(MINUTES)).dividedBy(PHASES);

        SteadyWriter writer = new SteadyWriter(primary.site());
        try (writer;
                Connection open = database.connect("site");
                Statement statement = open.createStatement()) {
            awaitFollowed(pair);
            open.setAutoCommit(false);
            statement.execute("UPDATE slow SET text = 'by the open one' WHERE id < 100");
            statement.execute("INSERT INTO slow VALUES (2001, 'by the open one')");
            database.execute(
                    "site",
                    "BEGIN; DELETE FROM slow WHERE id > 900; INSERT INTO slow VALUES (2002, 'prepared'); PREPARE TRANSACTION 'p'");
            say("both are open", writer, phase);
            awaitFollowed(pair);

            Path store = pair.home().resolve("filestore");
            Path away = pair.home().resolve("filestore.away");
            Files.move(store, away);
            statement.execute("INSERT INTO slow VALUES (2003, 'by the open one')");
            say("the filestore is away", writer, phase);
            assertThat(store).doesNotExist();
            Files.move(away, store);
            awaitFollowed(pair);

            standby.replicaAgent().orElseThrow().stop();
            say("the standby is away", writer, phase.plusMinutes(1));
            standby.startReplica();
            awaitFollowed(pair);

            disk.fill(LEFT);
            database.execute(
                    "site",
                    "CREATE TABLE filler AS SELECT g AS id, repeat(md5(g::text), 40) AS text FROM generate_series(1, "
                            + FILLED + ") g",
                    "ALTER TABLE filler OWNER TO site");
            Deadline.await(
                    "the slot is dropped",
                    FOLLOWS,
                    () -> database.query("postgres", SLOTS).isEmpty()
                            || primary.primaryAgent().orElseThrow().logText().contains("tracking_slot_dropped"));
            say("the disk is nearly full", writer, phase);
            assertThat(database.query("site", "SELECT count(*) FROM filler")).containsExactly(Integer.toString(FILLED));
            disk.empty();
            awaitFollowed(pair);

            statement.execute("DELETE FROM slow WHERE id BETWEEN 200 AND 300");
            open.commit();
            database.execute("site", "COMMIT PREPARED 'p'");
            say("both are committed", writer, phase);
        }
        awaitFollowed(pair);

        System.out.printf(
                "%d notes were taken, %d refused, the slowest in %d ms%n",
                writer.written(), writer.refused(), writer.slowest().toMillis());
        assertThat(writer.refused()).isZero();
        assertThat(writer.slowest()).isLessThan(SLOWEST);
        assertThat(database.query("site", "SELECT text FROM slow WHERE id IN (5, 2001, 2002, 2003) ORDER BY id"))
                .containsExactly("by the open one", "by the open one", "prepared", "by the open one");
        primary.primaryAgent().orElseThrow().stop();
        standby.replica("promote", "--yes").successful();
        assertThat(rows(standby)).isEqualTo(rows(primary));
        standby.replica("verify", "--database").successful();
    }

    /** Waits until a promotion would serve what was committed before; something is committed now. */
    private static void awaitFollowed(ServerPair pair) {
        double now = System.currentTimeMillis() / 1e3;
        pair.primary()
                .database()
                .execute(
                        "site",
                        "INSERT INTO slow SELECT coalesce(max(id), 10000) + 1, '" + TO_FOLLOW
                                + "' FROM slow WHERE id > 10000");
        ServedData served = new ServedData(pair.standby().layout().replicaHttp());
        Deadline.await(
                "the standby has what was committed",
                CAUGHT_UP,
                () -> System.currentTimeMillis() / 1e3 - served.age() > now);
    }

    private static List<String> rows(Server server) {
        return SiteRows.of(server).stream()
                .filter(line -> !line.endsWith(TO_FOLLOW))
                .toList();
    }

    private void say(String what, SteadyWriter writer, Duration during) throws InterruptedException, IOException {
        System.out.printf(
                "%s, for %d s; %d notes so far, %d bytes free%n",
                what,
                during.toSeconds(),
                writer.written(),
                Files.getFileStore(disk.folder()).getUsableSpace());
        TimeUnit.NANOSECONDS.sleep(during.toNanos());
    }
}

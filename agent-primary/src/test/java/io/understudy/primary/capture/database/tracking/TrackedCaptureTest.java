package io.understudy.primary.capture.database.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.Ownership;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.primary.capture.database.SourceDatabase.Captured;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Snapshots that build on each other hold, whatever the site did in between, the same as one that reads everything.
 * {@code -Dunderstudy.tracking.seeds=100} plays more seeds, {@code -Dunderstudy.tracking.seed=17} that one alone.
 */
@Timeout(600)
@Tag("slow")
class TrackedCaptureTest {
    private static final int ROUNDS = Integer.getInteger("understudy.tracking.rounds", 8);

    private static PostgresServer server;

    @TempDir
    private Path state;

    @BeforeAll
    static void start() {
        server = PostgresServer.start(
                List.of("wal_level=logical", "max_prepared_transactions=20", "max_replication_slots=20"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static LongStream seeds() {
        Long one = Long.getLong("understudy.tracking.seed");
        return one != null
                ? LongStream.of(one)
                : LongStream.rangeClosed(1, Long.getLong("understudy.tracking.seeds", 1));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void isWhatAWholeSnapshotOfTheSameMomentIs(long seed) throws Exception {
        String database = server.createDatabase("tracked");
        server.psql(database, SiteChanges.SCHEMA);
        TrackedSite site = new TrackedSite(server, database, state);
        List<String> kinds = new ArrayList<>();
        site.snapshot();
        Captured first = site.snapshot();
        assertThat(site.tables(first))
                .filteredOn(table -> table.digest() == null)
                .isEmpty();
        try (SiteChanges changes = new SiteChanges(server, database, seed)) {
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = changes.draw(8); i > 0; i--) {
                    changes.step();
                }
                if (changes.draw(6) == 0) {
                    trouble(site, changes.draw(5));
                }
                Captured tracked = site.capture();
                try {
                    site.requireSame("seed " + seed + ", round " + round, tracked, site.whole());
                } catch (AssertionError e) {
                    Path log = Files.writeString(Path.of("target", "tracking-" + seed + ".sql"), changes.log());
                    throw new AssertionError("see " + log + ": " + e.getMessage(), e);
                }
                for (TableData table : site.tables(tracked)) {
                    kinds.add(table.content().deltas().isEmpty() ? "none" : "delta");
                }
                switch (changes.draw(8)) {
                    case 0 -> site.intend(tracked);
                    case 1 -> site.killedBehindTheCommitOf(tracked);
                    default -> site.commit(tracked);
                }
            }
        } finally {
            drop(database);
        }
        assertThat(kinds).as("something was tracked").contains("delta");
    }

    /** What a snapshot in the middle of it missed would be missing at the end. */
    @Test
    void missesNothingOfWritersAtWork() throws Exception {
        String database = server.createDatabase("busy");
        server.psql(database, SiteChanges.SCHEMA);
        TrackedSite site = new TrackedSite(server, database, state);
        site.snapshot();
        server.psql(database, "INSERT INTO plain SELECT g, 0, 'more', 'x' FROM generate_series(100001, 130000) g");
        Semaphore statements = new Semaphore(0);
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            writers.add(new Thread(() -> write(database, number, statements)));
        }
        writers.forEach(Thread::start);
        int deltas = 0;
        for (int i = 0; i < 8; i++) {
            // They begin with it and go on behind its moment.
            statements.release(1200);
            Captured captured = site.snapshot();
            deltas += site.table(captured, "plain").content().deltas().size();
        }
        writers.forEach(Thread::interrupt);
        for (Thread writer : writers) {
            writer.join();
        }
        site.requireSame("at the end", site.snapshot(), site.whole());
        assertThat(deltas).isPositive();
        assertThat(site.table(site.snapshot(), "plain").rows())
                .isEqualTo(Long.parseLong(server.psql(database, "SELECT count(*) FROM plain")));
        drop(database);
    }

    private static void write(String database, int number, Semaphore statements) {
        Random random = new Random(number);
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            int next = 1_000_000 * (number + 1);
            while (true) {
                statements.acquire();
                int id = 1 + random.nextInt(1500);
                statement.execute(
                        switch (random.nextInt(5)) {
                            case 0 -> "INSERT INTO plain VALUES (" + next++ + ", 1, 'w', 'w')";
                            case 1 -> "UPDATE plain SET num = num + 1 WHERE id = " + id;
                            case 2 -> "UPDATE plain SET id = " + next++ + " WHERE id = " + id;
                            case 3 ->
                                "DELETE FROM plain WHERE id = (SELECT max(id) FROM plain WHERE id < " + next + ")";
                            default -> "UPDATE parts SET region = 3 - region WHERE id = " + id;
                        });
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            // The end.
        }
    }

    @Test
    void aTransactionThatWasOpenAllTheTimeIsFoundWhenItEnds() throws Exception {
        String database = server.createDatabase("long");
        server.psql(database, SiteChanges.SCHEMA);
        TrackedSite site = new TrackedSite(server, database, state);
        site.snapshot();
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("UPDATE plain SET text = 'open' WHERE id = 7");
            for (int i = 0; i < 3; i++) {
                server.psql(database, "UPDATE plain SET num = num + 1 WHERE id = 8");
                site.requireSame("while it is open", site.snapshot(), site.whole());
            }
            connection.commit();
        }
        Captured last = site.snapshot();
        site.requireSame("when it has ended", last, site.whole());
        assertThat(site.table(last, "plain").content().deltas()).isNotEmpty();
        assertThat(site.table(last, "exact").digest()).as("not read again").isNotNull();
        drop(database);
    }

    @Test
    void needsNoSuperuser() {
        server.createRole("replicator", "LOGIN REPLICATION PASSWORD 'r'");
        String database = server.createDatabase("owned");
        server.psql(
                database,
                "ALTER DATABASE " + database + " OWNER TO replicator; GRANT ALL ON SCHEMA public TO replicator");
        server.psql(database, "replicator", "r", SiteChanges.SCHEMA);
        TrackedSite site = new TrackedSite(
                server, database, state, server.settings(database, "replicator", "r", Ownership.PRESERVE));
        site.snapshot();
        server.psql(database, "UPDATE plain SET num = 7 WHERE id % 300 = 1");
        Captured captured = site.snapshot();
        site.requireSame("as an owner", captured, site.whole());
        assertThat(site.table(captured, "plain").content().deltas()).hasSize(1);
        drop(database);
    }

    /** Keys beyond ASCII are not named in statements: their table is read whole. */
    @Test
    void theDatabaseMayHaveAnotherEncoding() {
        String database = server.newName("latin");
        server.psql(
                "postgres",
                "CREATE DATABASE " + database + " TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
        server.psql(database, """
                CREATE TABLE note (id text PRIMARY KEY, text text);
                INSERT INTO note SELECT 'k' || g, repeat(chr(233), 90) FROM generate_series(1, 2000) g;
                """);
        TrackedSite site = new TrackedSite(server, database, state);
        site.snapshot();
        server.psql(database, "UPDATE note SET text = chr(252) WHERE id = 'k7'");
        Captured ascii = site.snapshot();
        site.requireSame("keys of ASCII", ascii, site.whole());
        assertThat(site.table(ascii, "note").content().deltas()).hasSize(1);
        server.psql(database, "INSERT INTO note VALUES (chr(228), 'x')");
        Captured beyond = site.snapshot();
        site.requireSame("beyond", beyond, site.whole());
        assertThat(site.table(beyond, "note").content().deltas()).isEmpty();
        drop(database);
    }

    /** A row that is longer than a blob cannot come with a delta, nor lie in its base. */
    @Test
    void aTableOfVeryLongRowsIsReadWhole() {
        String database = server.createDatabase("wide");
        server.psql(database, """
                CREATE TABLE note (id int PRIMARY KEY, text text);
                INSERT INTO note SELECT g, repeat('x', 90) FROM generate_series(1, 2000) g;
                """);
        TrackedSite site = new TrackedSite(server, database, state);
        site.snapshot();
        for (String change : List.of(
                "UPDATE note SET text = repeat('y', 34000000) WHERE id = 7",
                "UPDATE note SET text = 'z' WHERE id = 8")) {
            server.psql(database, change);
            Captured captured = site.snapshot();
            site.requireSame(change, captured, site.whole());
            assertThat(site.table(captured, "note").content().deltas()).isEmpty();
        }
        drop(database);
    }

    @Tag("always")
    @Test
    void aTableIsReadWholeOnceADay() {
        String database = server.createDatabase("daily");
        server.psql(database, SiteChanges.SCHEMA);
        TrackedSite site = new TrackedSite(server, database, state);
        site.snapshot();
        server.psql(database, "UPDATE plain SET num = 7 WHERE id = 7; UPDATE exact SET body = 'x' WHERE id = 7.5");
        StateFile<TrackingPoint.Saved> file = StateFile.in(state, StateEntry.TRACKING, TrackingPoint.Saved.class);
        TrackingPoint point = file.read().orElseThrow().points().get(0);
        Map<String, TrackingPoint.Table> tables = new HashMap<>(point.tables());
        tables.computeIfPresent(
                "\"public\".\"plain\"",
                (name, table) ->
                        new TrackingPoint.Table(table.stamp(), table.whole().minus(OverdueTables.EVERY), table.keys()));
        file.write(new TrackingPoint.Saved(List.of(new TrackingPoint(
                point.snapshot(),
                point.slot(),
                point.position(),
                point.mark(),
                point.seen(),
                point.types(),
                point.archive(),
                tables))));
        site.restartAgent();
        Captured captured = site.snapshot();
        assertThat(site.table(captured, "plain").digest()).as("read whole").isNotNull();
        assertThat(site.table(captured, "exact").content().deltas()).hasSize(1);
        drop(database);
    }

    @Test
    void aSlotThatVanishesInTheMiddleCostsTheTrackingAlone() {
        String database = server.createDatabase("vanishes");
        server.psql(database, SiteChanges.SCHEMA);
        Database own = new Database(server.settings(database));
        ChangeTracking tracking = new ChangeTracking(database, state, own, Ticker.system());
        try (Session session = own.open();
                Session moment = own.open()) {
            TrackedRun run = tracking.begin(session, new Before(TrackedSite.REPOSITORY, Optional.empty()))
                    .orElseThrow();
            server.psql(database, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
            assertThat(run.read(
                            TrackedCatalog.read(moment, CatalogFingerprint.of(moment)),
                            List.of(),
                            Instant.now(),
                            "UTF8",
                            "15"))
                    .isEmpty();
        }
        drop(database);
    }

    @Test
    void aMarkThatCannotBeWrittenCostsTheTrackingAlone() {
        server.createRole("unmarked", "LOGIN REPLICATION PASSWORD 'u'");
        String database = server.createDatabase("unmarked");
        server.psql(
                database,
                "ALTER DATABASE " + database + " OWNER TO unmarked; GRANT ALL ON SCHEMA public TO unmarked;"
                        // From version 17 on it has one more parameter.
                        + " DO $$DECLARE f regprocedure; BEGIN FOR f IN SELECT oid FROM pg_proc WHERE proname = 'pg_logical_emit_message'"
                        + " LOOP EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f); END LOOP; END$$");
        server.psql(database, "unmarked", "u", "CREATE TABLE note (id int PRIMARY KEY); INSERT INTO note VALUES (1)");
        TrackedSite site = new TrackedSite(
                server, database, state, server.settings(database, "unmarked", "u", Ownership.PRESERVE));
        site.requireSame("without a mark", site.snapshot(), site.whole());
        drop(database);
    }

    /** Many snapshots of small changes leave few deltas, and all is read whole when they grow. */
    @Test
    void deltasAreMerged() {
        String database = server.createDatabase("merged");
        server.psql(database, """
                CREATE TABLE note (id int PRIMARY KEY, text text);
                INSERT INTO note SELECT g, repeat('x', 90) FROM generate_series(1, 4000) g;
                """);
        TrackedSite site = new TrackedSite(server, database, state);
        site.snapshot();
        boolean whole = false;
        for (int i = 0; i < 20; i++) {
            server.psql(database, "UPDATE note SET text = 'changed " + i + "' || repeat('y', 70) WHERE id % 60 = " + i);
            Captured captured = site.snapshot();
            TableData table = site.table(captured, "note");
            whole |= i > 0 && table.content().deltas().isEmpty();
            assertThat(table.content().deltas().size()).isLessThanOrEqualTo(6);
            assertThat(table.content().deltas().stream()
                            .flatMap(delta -> Stream.of(delta.gone(), delta.came()))
                            .flatMap(stream -> stream.direct().stream())
                            .map(BlobRef::id))
                    .as("only lists are kept on the local disk")
                    .noneMatch(site.listed::contains);
        }
        site.requireSame("at the end", site.snapshot(), site.whole());
        assertThat(whole).isTrue();
        drop(database);
    }

    private static void drop(String database) {
        server.psql(database, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
        server.dropDatabase(database);
    }

    private void trouble(TrackedSite site, int what) throws Exception {
        String slot =
                "FROM pg_replication_slots WHERE slot_name = '" + site.slot().name() + "'";
        switch (what) {
            case 0 -> server.psql(site.database, "SELECT pg_drop_replication_slot(slot_name) " + slot);
            case 1 ->
                server.psql(
                        site.database, "SELECT pg_replication_slot_advance(slot_name, pg_current_wal_lsn()) " + slot);
            case 2 -> {
                Files.deleteIfExists(state.resolve("tracking.json"));
                site.restartAgent();
            }
            case 3 ->
                server.psql(
                        site.database,
                        "SELECT (SELECT count(*) FROM pg_logical_slot_get_changes(slot_name, NULL, NULL)) " + slot);
            default -> site.restartAgent();
        }
    }
}

package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings;
import io.understudy.config.SettingsFile;
import io.understudy.metrics.Monitoring;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.switchover.SwitchoverNote;
import io.understudy.switchover.SwitchoverNote.Step;
import io.understudy.switchover.SwitchoverNotes;
import io.understudy.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Change tracking by a whole agent: its snapshots, its status, and when it gives its slot back. */
@Timeout(180)
@Tag("slow")
class TrackedDaemonTest {
    @TempDir
    private Path folder;

    private PostgresServer server;
    private String database;

    @Test
    void tracksWhileItIsThePrimary() throws Exception {
        try (PostgresServer own = PostgresServer.start(List.of("wal_level=logical"))) {
            server = own;
            database = own.createDatabase("site");
            own.psql(database, """
                    CREATE TABLE note (id int PRIMARY KEY, text text);
                    INSERT INTO note SELECT g, repeat(md5(g::text), 4) FROM generate_series(1, 2000) g;
                    """);
            Files.createDirectory(folder.resolve("media"));
            Files.createDirectory(folder.resolve("repository"));
            configure("");
            try (Running daemon = new Running()) {
                daemon.agent.initialisation().run();
                daemon.start();
                assertThat(snapshot(daemon).content().deltas()).isEmpty();
                own.psql(database, "UPDATE note SET text = 'changed' WHERE id = 7");
                TableData changed = snapshot(daemon);
                assertThat(changed.content().deltas()).hasSize(1);
                assertThat(changed.rows()).isEqualTo(2000);
                assertThat(slots()).isEqualTo("1");

                await().until(() -> daemon.agent.status().tracking().isPresent());
                assertThat(daemon.agent.status().text()).contains("tracking   slot understudy_example_");

                theFinalSnapshotOfASwitchoverIsBuiltOnWhatWasTracked(daemon);

                Files.createFile(folder.resolve("BACKUP"));
                await().untilAsserted(() -> assertThat(slots()).isEqualTo("0"));
                Files.delete(folder.resolve("BACKUP"));
                await().until(() -> daemon.agent.status().role().equals("primary"));
                snapshot(daemon);
                assertThat(slots()).isEqualTo("1");
            }
            assertThat(slots())
                    .as("nothing limits what the server keeps when the agent has ended")
                    .isEqualTo("0");

            configure(", tracking: off");
            try (Running daemon = new Running()) {
                daemon.start();
                snapshot(daemon);
                assertThat(slots()).isEqualTo("0");
                assertThat(daemon.agent.status().tracking()).isEmpty();
            }
            configure(", continuous: 1s");
            try (Running daemon = new Running()) {
                daemon.start();
                followsEachChangeAndNothingElse(daemon);
            }
            assertThat(own.psql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = '" + database + "'"))
                    .as("sessions that were kept")
                    .isEqualTo("0");
        }
    }

    /** It is taken with both sites down: to track from the beginning, and to read everything, would take seconds. */
    private void theFinalSnapshotOfASwitchoverIsBuiltOnWhatWasTracked(Running daemon) throws IOException {
        server.psql(database, "UPDATE note SET text = 'last' WHERE id = 8");
        SwitchoverNotes notes = new SwitchoverNotes(folder.resolve("state"), Clock.systemUTC());
        Instant now = Instant.now();
        notes.begin(SwitchoverNote.begin("b", 1, now, now.plusSeconds(3600)));
        await().until(() -> notes.read().orElseThrow().step() == Step.COMMITTED);
        Repository repository = daemon.agent.repository().get();
        Manifest last = repository.read(notes.read().orElseThrow().last().orElseThrow());
        try (Stream<TableData> tables = last.database().tables(repository.blobs())) {
            assertThat(tables.findFirst().orElseThrow().content().deltas())
                    .as("of the table before, by the tracked change")
                    .isNotEmpty();
        }
        assertThat(slots()).isEqualTo("1");

        notes.handedOver();
        await().untilAsserted(() -> assertThat(slots()).isEqualTo("0"));
        assertThat(notes.read().orElseThrow().isLeft()).isTrue();
        notes.end();
        Files.delete(folder.resolve("BACKUP"));
        await().until(() -> daemon.agent.status().role().equals("primary"));
        snapshot(daemon);
        assertThat(slots()).isEqualTo("1");
    }

    private void followsEachChangeAndNothingElse(Running daemon) {
        Repository repository = daemon.agent.repository().get();
        // The first one reads everything: the slot is new.
        awaitLooks(daemon, 1);
        server.psql(database, "UPDATE note SET text = 'followed' WHERE id = 9");
        SnapshotId before = repository.newest().orElseThrow();
        await().until(() -> !repository.newest().equals(Optional.of(before)));
        Manifest followed = repository.read(repository.newest().orElseThrow());
        assertThat(followed.periods()).containsExactly(Manifest.CONTINUOUS);
        assertThat(followed.lastScheduled()).isNotNull();
        new Verification(2).verify(repository, followed.snapshot(), Progress.none());

        awaitLooks(daemon, 1);
        String transactions = server.psql(database, "SELECT pg_current_snapshot()");
        awaitLooks(daemon, 2);
        assertThat(server.psql(database, "SELECT pg_current_snapshot()"))
                .as("an idle look writes nothing")
                .isEqualTo(transactions);
        server.psql("postgres", "CREATE TABLE elsewhere (a int); DROP TABLE elsewhere");
        server.psql(database, "ANALYZE note");
        // The first may have begun before.
        awaitLooks(daemon, 2);
        assertThat(repository.newest()).contains(followed.snapshot());
        assertThat(daemon.agent.status().text()).contains("continuous every 1 s");
    }

    private void awaitLooks(Running daemon, int more) {
        double before = looks(daemon);
        await().until(() -> looks(daemon) >= before + more);
    }

    private static double looks(Running daemon) {
        return daemon.monitoring
                .metrics()
                .scrape()
                .lines()
                .filter(line -> line.startsWith("understudy_continuous_looks_total{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(90));
    }

    private TableData snapshot(Running daemon) {
        SnapshotId taken = SnapshotId.parse(daemon.agent
                .access()
                .client()
                .call(PrimaryCommands.SNAPSHOT, SnapshotRequest.of(List.of()), Progress.none())
                .snapshot());
        Repository repository = daemon.agent.repository().get();
        new Verification(2).verify(repository, taken, Progress.none());
        try (Stream<TableData> tables = repository.read(taken).database().tables(repository.blobs())) {
            return tables.findFirst().orElseThrow();
        }
    }

    private String slots() {
        return server.psql(database, "SELECT count(*) FROM pg_replication_slots");
    }

    private void configure(String primary) throws IOException {
        Files.writeString(folder.resolve("understudy.yaml"), """
                site: example
                state: %1$s/state
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://%2$s:%3$d/%4$s", user: %5$s, password: "%6$s", tools: "%7$s", connections: 2}
                trees:
                  - {name: media, kind: files, path: %1$s/media, may_be_empty: yes}
                filestore: {url: "file://%1$s/repository"}
                signing: {private_key: %1$s/signing.pem, trusted_keys: [%1$s/signing.pub.pem]}
                primary: {name: a, listen: "127.0.0.1:0", http: off%8$s}
                """.formatted(
                        folder,
                        server.host(),
                        server.port(),
                        database,
                        PostgresServer.SUPERUSER,
                        server.password(),
                        server.tools(),
                        primary));
    }

    private final class Running implements AutoCloseable {
        private final CountDownLatch started = new CountDownLatch(1);
        private final Settings settings = SettingsFile.load(folder.resolve("understudy.yaml"));
        private final Monitoring monitoring = Monitoring.of(settings, "primary", "test");
        private final PrimaryWiring agent = PrimaryWiring.metered(settings, monitoring);
        private final Daemon daemon = agent.daemon(monitoring, port -> started.countDown());
        private final Thread thread = new Thread(daemon::run, "daemon");

        private void start() throws InterruptedException {
            thread.start();
            started.await();
        }

        @Override
        public void close() {
            daemon.close();
            await().until(() -> !thread.isAlive());
            agent.close();
        }
    }
}

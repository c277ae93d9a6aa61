package io.understudy.primary.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.understudy.cli.AgentVersion;
import io.understudy.config.Settings;
import io.understudy.config.SettingsFile;
import io.understudy.failure.ErrorCode;
import io.understudy.files.OwnUser;
import io.understudy.metrics.Monitoring;
import io.understudy.primary.app.Daemon;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.state.StateEntry;
import io.understudy.testing.TestCertificates;
import io.understudy.transport.Transport;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands that find the daemon running, and what the audit log says of both. */
@Tag("slow")
@Timeout(120)
class RunCliTest extends CliScenario {
    @Test
    void theDaemonTakesSnapshotsForTheCommandAndAnnouncesThemOverTls() throws Exception {
        TestCertificates authority = new TestCertificates(folder, "authority");
        var mine = authority.issue("a.example.net", "DNS:a.example.net,IP:127.0.0.1");
        more = "tls: {certificate: %s, key: %s, ca: %s}\n".formatted(mine.certificate(), mine.key(), mine.ca());
        configure();
        run("init");
        try (Running daemon = new Running()) {
            daemon.awaitStart();
            ManagedChannel local = new Transport(Optional.of(mine)).channel(listen);
            List<String> announced = follow(local);
            assertThat(json("snapshot", "--json").path("snapshot").asText()).isEqualTo("00000001-00000001");
            await().until(() -> announced.contains("00000001-00000001"));
            JsonNode status = json("status", "--json");
            assertThat(status.path("running").asBoolean()).isTrue();
            assertThat(status.path("newest").asText()).isEqualTo("00000001-00000001");
            assertThat(shape(status.path("followers").path(0)))
                    .isEqualTo(
                            "name peer connected last_seen version state applied moment proven ahead ahead_moment step last_error");
            Files.createFile(folder.resolve("BACKUP"));
            assertThat(run("snapshot")).isEqualTo(ErrorCode.BACKUP_MODE.exitCode());
            assertThat(err.toString()).contains("error: cannot take a snapshot").contains("hint: ");
            local.shutdownNow();
        }
        Files.delete(folder.resolve("BACKUP"));
        assertThat(run("snapshot")).isZero();

        JsonNode audit = json("audit", "verify", "--json");
        assertThat(shape(audit)).isEqualTo("files entries first last hash remarks");
        assertThat(audit.path("entries").asInt())
                .as("init, run, follow, three snapshots")
                .isEqualTo(10);
        for (String group : List.of("audit", "tls")) {
            assertThat(run(group)).isEqualTo(2);
            assertThat(err.toString()).contains("error: invalid command line: " + group + " lacks a command: ");
        }
        Path file = StateEntry.AUDIT.in(folder.resolve("state"));
        assertThat(Files.readAllLines(file).get(0))
                .contains("\"what\":\"init\"", "(uid " + OwnUser.get().number() + ")", "its own process");
        Files.writeString(file, Files.readString(file).replace("\"snapshot\"", "\"promote\""));
        assertThat(run("audit", "verify")).isEqualTo(ErrorCode.STATE_DAMAGED.exitCode());
        assertThat(err.toString()).contains("the audit chain is broken: line ", " of " + file);
    }

    @Tag("always")
    @Test
    void aSecondDaemonIsRefused() throws Exception {
        run("init");
        try (Running daemon = new Running()) {
            daemon.awaitStart();
            assertThat(run("run")).isEqualTo(ErrorCode.LOCKED.exitCode());
            assertThat(err.toString()).contains("agent-primary runs here already");
            assertThat(run("status")).as("the first one still answers").isZero();
            assertThat(out.toString()).contains("agent      runs");
        }
    }

    /** The daemon, in a thread instead of a process. */
    private final class Running implements AutoCloseable {
        private final CountDownLatch started = new CountDownLatch(1);
        private final Settings settings = SettingsFile.load(folder.resolve("understudy.yaml"));
        private final Monitoring monitoring = Monitoring.of(settings, "primary", AgentVersion.current());
        private final PrimaryWiring agent = PrimaryWiring.metered(settings, monitoring);
        private final Daemon daemon = agent.daemon(monitoring, port -> started.countDown());
        private final Thread thread = new Thread(daemon::run, "daemon");

        private void awaitStart() throws InterruptedException {
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

    private static List<String> follow(ManagedChannel channel) {
        List<String> announced = new CopyOnWriteArrayList<>();
        StreamObserver<ReplicaReport> reports = ReplicationGrpc.newStub(channel).follow(new StreamObserver<>() {
            @Override
            public void onNext(Announcement announcement) {
                announced.add(announcement.getSnapshot());
            }

            @Override
            public void onError(Throwable failure) {
                announced.add("failed");
            }

            @Override
            public void onCompleted() {
                announced.add("completed");
            }
        });
        reports.onNext(
                ReplicaReport.newBuilder().setName("b").setSite("example").build());
        return announced;
    }
}

package io.understudy.primary.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.understudy.cli.AgentVersion;
import io.understudy.cli.Terminal;
import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import io.understudy.config.SettingsFile;
import io.understudy.failure.ErrorCode;
import io.understudy.files.OwnUser;
import io.understudy.metrics.Monitoring;
import io.understudy.primary.app.Daemon;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.repository.LastVerified;
import io.understudy.state.StateEntry;
import io.understudy.testing.PostgresServer;
import io.understudy.testing.TestCertificates;
import io.understudy.transport.Transport;
import io.understudy.v1.Announcement;
import io.understudy.v1.ReplicaReport;
import io.understudy.v1.ReplicationGrpc;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole agent by its command line, on a real database, real files and a repository in a folder. */
@Tag("slow")
@Timeout(120)
class PrimaryCliTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private final PostgresServer server = PostgresServer.shared();
    private String database;
    private HostPort listen;
    private String tls = "";
    private StringWriter out;
    private StringWriter err;

    @BeforeEach
    void build() throws IOException {
        database = server.createDatabase("cli");
        server.psql(database, "CREATE TABLE note (id int PRIMARY KEY, t text); INSERT INTO note VALUES (1, 'first')");
        Files.writeString(Files.createDirectory(folder.resolve("media")).resolve("a.txt"), "upload");
        Files.createDirectory(folder.resolve("repository"));
        try (ServerSocket socket = new ServerSocket(0)) {
            listen = new HostPort("127.0.0.1", socket.getLocalPort());
        }
        configure();
    }

    @AfterEach
    void drop() {
        server.dropDatabase(database);
    }

    /** Each command is a fresh process: it knows the repository by the epoch that this server holds. */
    @Test
    void goesOnWithJunkInPlaceOfTheIdentityAndWritesItAgain() throws Exception {
        run("init");
        Path identity = folder.resolve("repository/understudy.json");
        String before = Files.readString(identity);
        for (String junk : List.of("junk\n", "", before.replace("\"format\":2", "\"format\":3"))) {
            Files.writeString(identity, junk);
            assertThat(run("snapshot")).isZero();
            assertThat(run("status")).isZero();
            assertThat(out.toString()).contains("understudy.json is junk and is passed over");
            assertThat(run("prune")).isZero();
        }
        assertThat(shape(json("init", "--repair", "--json"))).isEqualTo("repository site filestore replaced");
        assertThat(Files.readString(identity)).isEqualTo(before);
        assertThat(run("init", "--repair")).isZero();
        assertThat(out.toString()).contains("is as it should be");

        Files.delete(identity);
        assertThat(run("snapshot")).isZero();
        assertThat(run("init", "--repair")).isZero();
        assertThat(out.toString()).contains("written again; before: ");
        assertThat(Files.readString(identity)).isEqualTo(before);

        Files.writeString(folder.resolve("BACKUP"), "");
        assertThat(run("init", "--repair")).isEqualTo(ErrorCode.BACKUP_MODE.exitCode());
    }

    @Test
    void initialisesSnapshotsListsShowsAndVerifies() throws Exception {
        assertThat(run("check")).isEqualTo(ErrorCode.REPOSITORY_MISSING.exitCode());
        assertThat(run("list")).isEqualTo(ErrorCode.REPOSITORY_MISSING.exitCode());
        assertThat(run("init")).isZero();
        assertThat(out.toString()).contains("signing.pub.pem").contains("next: ");
        assertThat(run("init")).isEqualTo(ErrorCode.REPOSITORY_EXISTS.exitCode());
        assertThat(run("verify")).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN.exitCode());

        JsonNode first = json("snapshot", "--json");
        assertThat(shape(first))
                .isEqualTo("snapshot seconds database{tables rows bytes} files{entries bytes}"
                        + " uploaded_bytes uploaded_blobs reused_bytes");
        assertThat(first.path("snapshot").asText()).isEqualTo("00000001-00000001");
        assertThat(first.path("database").path("rows").asInt()).isEqualTo(1);
        assertThat(first.path("files").path("bytes").asInt()).isEqualTo(6);
        assertThat(err.toString()).contains("database: ");
        assertThat(run("snapshot", "--period", "hourly", "--period", "daily")).isZero();
        assertThat(out.toString()).startsWith("snapshot 00000001-00000002 in ");

        JsonNode list = json("list", "--json");
        assertThat(list.path("snapshots")).hasSize(2);
        assertThat(shape(list.path("snapshots").path(0)))
                .isEqualTo("snapshot moment periods server rows database_bytes entries file_bytes stored_bytes"
                        + " uploaded_bytes");
        JsonNode show = json("show", "00000001-00000002", "--json");
        assertThat(shape(show))
                .startsWith("snapshot site moment wal_lsn periods server versions{agent postgres tools}"
                        + " database{name schema_hash archive_bytes properties{")
                .endsWith("trees totals{tables rows database_bytes entries file_bytes stored_bytes uploaded_bytes}");
        assertThat(show.path("periods").toString()).isEqualTo("[\"hourly\",\"daily\"]");
        assertThat(shape(json("verify", "--json"))).isEqualTo("snapshot blobs bytes seconds");
        assertThat(json("verify", "00000001-00000001", "--json")
                        .path("snapshot")
                        .asText())
                .isEqualTo("00000001-00000001");
        JsonNode status = json("status", "--json");
        assertThat(shape(status))
                .isEqualTo(
                        "running site server version role epoch highest_epoch newest moment next progress"
                                + " last_error followers refused peers doubled_names junk tracking continuous filestore{name readable seen}");
        assertThat(status.path("running").asBoolean()).isFalse();
        assertThat(status.path("role").asText()).isEqualTo("primary");
        JsonNode check = json("check", "--json");
        assertThat(check.path("ok").asBoolean()).isTrue();
        assertThat(shape(check.path("checks").path(0))).isEqualTo("check state message code hint name ok detail error");
        for (String command : List.of("list", "show 00000001-00000001", "verify", "status", "check")) {
            assertThat(run(command.split(" "))).isZero();
            assertThat(out.toString()).isNotBlank().doesNotStartWith("{");
        }
    }

    @Test
    void checkAndShowSayWhatWouldGiveRightsOnAStandby() throws Exception {
        Path program = Files.writeString(folder.resolve("media/su"), "x");
        Files.setAttribute(program, "unix:mode", 04755);
        Files.createSymbolicLink(folder.resolve("media/out"), Path.of("/etc"));
        run("init");
        run("snapshot");

        assertThat(run("check")).isZero();
        assertThat(out.toString())
                .contains("1 set-uid or set-gid file without these bits, 1 link that may leave the tree left out")
                .contains("set setuid: keep or links: any for this tree")
                .contains("warning  database user: database.user is \"postgres\", which is a superuser");
        assertThat(run("show", "00000001-00000001")).isZero();
        assertThat(out.toString()).contains(", 1 set-uid or set-gid, 1 links out of the tree");
        assertThat(json("show", "00000001-00000001", "--json")
                        .at("/trees/0/outward_links")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void saysWhatIsWrongWithASnapshot() throws Exception {
        run("init");
        run("snapshot");
        run("snapshot");
        assertThat(run("show", "newest")).isEqualTo(2);
        assertThat(run("show", "00000001-00000009")).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN.exitCode());
        assertThat(run("snapshot", "--period", "No Label")).isEqualTo(2);

        Path manifest = folder.resolve("repository/manifests/00000001-00000001.json");
        String text = Files.readString(manifest);
        Files.writeString(manifest, text.replace("\"rows\":1", "\"rows\":2"));
        assertThat(run("verify", "00000001-00000001", "--json")).isEqualTo(ErrorCode.SIGNATURE_INVALID.exitCode());
        assertThat(JSON.readTree(out.toString()).at("/error/code").asText()).isEqualTo("signature_invalid");
        JsonNode rows = json("list", "--json").path("snapshots");
        assertThat(shape(rows.path(0))).isEqualTo("snapshot error{code message hint}");
        assertThat(rows.path(1).path("rows").asInt()).isEqualTo(1);

        try (Stream<Path> files = Files.walk(folder.resolve("repository/blobs"))) {
            for (Path blob : files.filter(Files::isRegularFile).toList()) {
                Files.delete(blob);
            }
        }
        assertThat(run("verify")).isEqualTo(ErrorCode.BLOB_MISSING.exitCode());
        assertThat(new LastVerified(folder.resolve("state")).read().failure()).isPresent();

        // The note for the next snapshot cannot be written: the verification's own failure is still the command's.
        Path note = StateEntry.FULL_SNAPSHOT.in(folder.resolve("state"));
        Files.delete(note);
        Files.createDirectories(note.resolve("in the way"));
        assertThat(run("verify")).isEqualTo(ErrorCode.BLOB_MISSING.exitCode());
        assertThat(err.toString()).contains("its request cannot be saved");

        assertThat(run("snapshot")).isZero();
        assertThat(run("verify")).isZero();
        assertThat(new LastVerified(folder.resolve("state")).read().failure()).isEmpty();
    }

    @Test
    void prunesAndExplains() throws Exception {
        tls = "retention: {keep: {hourly: 1, daily: 0}, minimum: 1}\n";
        configure();
        run("init");
        run("snapshot", "--period", "hourly");
        Files.writeString(folder.resolve("media/a.txt"), "changed");
        run("snapshot", "--period", "daily");
        Files.writeString(folder.resolve("media/a.txt"), "changed again");
        run("snapshot");
        run("snapshot", "--period", "hourly");

        JsonNode would = json("prune", "--dry-run", "--json");
        assertThat(shape(would)).isEqualTo("dry_run kept deleted blobs bytes error snapshots");
        assertThat(shape(would.path("snapshots").path(0))).isEqualTo("snapshot moment periods kept reasons");
        assertThat(would.path("dry_run").asBoolean()).isTrue();
        assertThat(would.path("deleted").asInt()).isEqualTo(2);
        assertThat(json("list", "--json").path("snapshots")).hasSize(4);
        assertThat(run("prune", "--dry-run")).isZero();
        assertThat(out.toString())
                .contains("daily            delete: no daily is kept")
                .contains("manual           kept: manual has no count")
                .contains("hourly           kept: newest; hourly 1 of 1")
                .contains("2 snapshots would be kept, 2 deleted; content would be deleted: 0 blobs, 0 B");

        assertThat(run("prune")).isZero();
        assertThat(out.toString()).contains("2 snapshots kept, 2 deleted; content deleted: 0 blobs, 0 B");
        assertThat(json("list", "--json").path("snapshots")).hasSize(2);

        try (Stream<Path> files = Files.walk(folder.resolve("repository/blobs"))) {
            for (Path blob : files.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(
                        blob, FileTime.from(Clock.systemUTC().instant().minus(Duration.ofHours(25))));
            }
        }
        // The files and indexes of the two that were deleted, and pg_dump's archives unless they are of one second.
        assertThat(json("prune", "--json").path("blobs").asInt()).isBetween(4, 6);
        assertThat(run("verify", "00000001-00000003")).isZero();
        assertThat(run("verify")).isZero();

        Files.writeString(folder.resolve("repository/manifests/00000001-00000003.json"), "{");
        assertThat(run("prune", "--dry-run")).isEqualTo(ErrorCode.MANIFEST_DAMAGED.exitCode());
        assertThat(out.toString())
                .contains("nothing would be deleted: cannot prune while a snapshot cannot be read: ")
                .contains("hint: ");
        assertThat(run("prune", "--json")).isEqualTo(ErrorCode.MANIFEST_DAMAGED.exitCode());
        assertThat(JSON.readTree(out.toString()).at("/error/code").asText()).isEqualTo("manifest_damaged");
        Files.createFile(folder.resolve("BACKUP"));
        assertThat(run("prune")).isEqualTo(ErrorCode.BACKUP_MODE.exitCode());
    }

    @Test
    void checkAndStatusWarnOfTwoStandbysWithOneName() throws Exception {
        run("init");
        assertThat(run("check")).isZero();
        assertThat(out.toString()).contains("ok       replicas: reports of 0");

        Files.createDirectories(folder.resolve("repository/replicas"));
        Files.writeString(
                folder.resolve("repository/replicas/standby.json"),
                "{\"name\":\"standby\",\"holds\":[],\"when\":\"2026-11-20T12:00:00Z\",\"agent\":\"test\","
                        + "\"id\":\"a\",\"namesake\":\"" + Instant.now() + "\"}\n");
        assertThat(run("check")).isZero();
        assertThat(out.toString()).contains("warning  replicas: more than one standby reports as standby");
        assertThat(run("status")).isZero();
        assertThat(out.toString())
                .contains("wrong      more than one standby reports as standby, last seen at ")
                .contains("hint       give each standby its own replica.name");
    }

    @Test
    void listsAllThatIsWrongAtOnce() throws Exception {
        configure(yaml().replace(":" + server.port() + "/", ":1/")
                .replace(
                        folder.resolve("media").toString(),
                        folder.resolve("gone").toString())
                .replace(
                        folder.resolve("repository").toString(),
                        folder.resolve("unmounted").toString()));
        assertThat(run("check", "--json")).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE.exitCode());
        JsonNode found = JSON.readTree(out.toString());
        assertThat(found.path("ok").asBoolean()).isFalse();
        assertThat(found.path("checks").findValuesAsText("code"))
                .contains("filestore_unreachable", "key_missing", "database_unreachable", "file_failed");
        assertThat(run("check")).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE.exitCode());
        assertThat(out.toString()).contains("failed   tree media: ").contains("hint: ");
    }

    @Test
    void refusesInBackupMode() throws Exception {
        run("init");
        Files.createFile(folder.resolve("BACKUP"));
        assertThat(run("snapshot", "--json")).isEqualTo(ErrorCode.BACKUP_MODE.exitCode());
        assertThat(out.toString()).contains("\"backup_mode\"");
        assertThat(json("status", "--json").path("role").asText()).isEqualTo("replica");
    }

    @Test
    void theDaemonTakesSnapshotsForTheCommandAndAnnouncesThemOverTls() throws Exception {
        TestCertificates authority = new TestCertificates(folder, "authority");
        var mine = authority.issue("a.example.net", "DNS:a.example.net,IP:127.0.0.1");
        tls = "tls: {certificate: %s, key: %s, ca: %s}\n".formatted(mine.certificate(), mine.key(), mine.ca());
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

    private String yaml() {
        return """
                site: example
                state: %1$s/state
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://%2$s:%3$d/%4$s", user: %5$s, password: "%6$s", tools: "%7$s", connections: 2}
                trees:
                  - {name: media, kind: files, path: %1$s/media}
                filestore: {url: "file://%1$s/repository"}
                signing: {private_key: %1$s/signing.pem, trusted_keys: [%1$s/peer.pub.pem]}
                primary: {name: a, listen: "%8$s", replicas: [a.example.net], http: "127.0.0.1:0"}
                %9$s""".formatted(
                        folder,
                        server.host(),
                        server.port(),
                        database,
                        PostgresServer.SUPERUSER,
                        server.password(),
                        server.tools(),
                        listen,
                        tls);
    }

    private void configure() throws IOException {
        configure(yaml());
    }

    private void configure(String yaml) throws IOException {
        Files.writeString(folder.resolve("understudy.yaml"), yaml);
    }

    private int run(String... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader("")), new PrintWriter(out), new PrintWriter(err), false, false);
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "-c";
        all[arguments.length + 1] = folder.resolve("understudy.yaml").toString();
        return new PrimaryCli(terminal).execute(all);
    }

    private JsonNode json(String... arguments) throws IOException {
        assertThat(run(arguments)).as(() -> err.toString()).isZero();
        return JSON.readTree(out.toString());
    }

    /** Keys in their order. */
    private static String shape(JsonNode object) {
        StringBuilder shape = new StringBuilder();
        object.fieldNames().forEachRemaining(name -> {
            JsonNode value = object.path(name);
            shape.append(shape.isEmpty() ? "" : " ").append(name);
            if (value.isObject()) {
                shape.append('{').append(shape(value)).append('}');
            }
        });
        return shape.toString();
    }
}

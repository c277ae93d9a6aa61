package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.progress.Progress;
import io.understudy.rehearsal.AgentProcess;
import io.understudy.replica.fetch.Mirror;
import io.understudy.restore.RestorePoint;
import io.understudy.state.StateEntry;
import io.understudy.testing.PostgresServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged agents restore a database to a new one and to a file, are killed in the middle, and go on. */
@Timeout(300)
@Tag("slow")
class RestoreToDatabaseIT {
    @TempDir
    Path home;

    private final PostgresServer server = PostgresServer.shared();
    private RecoverySite site;
    private Optional<AgentProcess> process = Optional.empty();

    @BeforeEach
    void build() throws IOException {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        site = RecoverySite.create(home, server);
        Files.writeString(home.resolve("c.yaml"), """
                site: example
                state: %1$s/agent
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:%2$d/%3$s", user: %4$s, password: "%5$s"}
                trees: [{name: media, kind: files, path: %1$s/media}]
                filestore: {url: "file://%1$s/repository"}
                signing: {private_key: %1$s/signing.pem, trusted_keys: [%1$s/signing.pub.pem]}
                primary: {name: a}
                replica: {name: b}
                """.formatted(
                home,
                server.port(),
                URLEncoder.encode(site.database(), StandardCharsets.UTF_8).replace("+", "%20"),
                PostgresServer.SUPERUSER,
                server.password()));
        Files.setPosixFilePermissions(home.resolve("c.yaml"), PosixFilePermissions.fromString("rw-------"));
    }

    @AfterEach
    void end() {
        process.ifPresent(AgentProcess::close);
    }

    private AgentProcess process() {
        process = Optional.of(process.orElseGet(() -> AgentProcess.start(home.resolve("agents.log"), "INFO")));
        return process.get();
    }

    private String[] restore(String snapshot, String to) {
        List<String> all = new ArrayList<>(List.of("-c", home.resolve("c.yaml").toString()));
        all.addAll(Arrays.asList("restore", snapshot, "--to", to));
        return all.toArray(String[]::new);
    }

    private AgentProcess.Ended succeed(String agent, String snapshot, String to) {
        AgentProcess.Ended ended = process().run(agent, restore(snapshot, to));
        assertThat(ended.code()).as(ended.errors()).isZero();
        return ended;
    }

    private void killAt(RestorePoint point, int times, String agent, String to) {
        process().holdAt(point, times);
        process().begin(agent, restore("latest", to));
        process().awaitPoint(point);
        process().kill();
        process = Optional.empty();
    }

    /** Of the database that is made, under one name or the other: it stays the same as long as a restore goes on. */
    private String oid(String name) {
        return server.psql(
                "postgres",
                "SELECT string_agg(oid::text, ' ') FROM pg_database WHERE datname IN ('" + name + "', '" + name
                        + "_understudy_restore')");
    }

    /** Psql goes on with what it was given: a part is stored soon. */
    private void awaitStored(String name) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> server.psql(
                                "postgres",
                                "SELECT count(*) FROM pg_database WHERE datname = '" + name + "_understudy_restore'"
                                        + " AND shobj_description(oid, 'pg_database') LIKE '% parts stored)'")
                        .equals("1"));
    }

    private void killedToADatabase(String agent, String name) {
        String to = "database:" + name;
        killAt(RestorePoint.DRAFT_CREATED, 1, agent, to);
        killAt(RestorePoint.DRAFT_NOTED, 1, agent, to);
        killAt(RestorePoint.DRAFT_PART_GIVEN, 20, agent, to);
        awaitStored(name);
        String made = oid(name);
        killAt(RestorePoint.DRAFT_PART_GIVEN, 60, agent, to);
        assertThat(oid(name)).isEqualTo(made);
        for (RestorePoint point :
                List.of(RestorePoint.DRAFT_LOADED, RestorePoint.DRAFT_FINISHED, RestorePoint.DRAFT_NAMED)) {
            killAt(point, 1, agent, to);
            assertThat(oid(name)).as(point.toString()).isEqualTo(made);
        }
        assertThat(succeed(agent, "latest", to).errors())
                .contains("the restore of " + site.newest().snapshot() + " goes on");
        assertThat(oid(name)).isEqualTo(made);
        assertThat(server.dump(name)).isEqualTo(site.newest().dump());
    }

    private void killedToAFile(String agent, Path file) {
        String to = "dump:" + file;
        killAt(RestorePoint.DUMP_NOTED, 1, agent, to);
        killAt(RestorePoint.DUMP_WRITTEN, 1, agent, to);
        killAt(RestorePoint.DUMP_NAMED, 1, agent, to);
        succeed(agent, "latest", to);
        assertThat(home).isDirectoryNotContaining(each -> each.toString().contains(".understudy"));
    }

    @Test
    void aKilledRestoreGoesOn() {
        String name = server.newName("restored");
        killedToADatabase("primary", name);
        Path file = home.resolve("dump.sql");
        killedToAFile("primary", file);
        assertThat(succeed("primary", site.older().snapshot().toString(), "database:" + name + "_old")
                        .output())
                .contains("is restored into database");
        assertThat(server.dump(name + "_old")).isEqualTo(site.older().dump());
    }

    /** The network is down, and stays so: the standby goes on with what its mirror holds. */
    @Test
    void fromTheMirrorWhileTheFilestoreIsAway() throws IOException {
        Path folder = Files.createDirectories(StateEntry.MIRROR.in(home.resolve("agent")));
        new Mirror(new DirectoryFilestore(folder), site.opened(), 2, () -> Long.MAX_VALUE, Clock.systemUTC())
                .fetch(site.newest().snapshot(), Progress.none());
        String name = server.newName("offline");
        killAt(RestorePoint.DRAFT_PART_GIVEN, 20, "replica", "database:" + name);
        awaitStored(name);
        String made = oid(name);
        Files.move(site.repository(), home.resolve("away"));
        killAt(RestorePoint.DRAFT_PART_GIVEN, 5, "replica", "database:" + name);
        succeed("replica", "latest", "database:" + name);
        assertThat(oid(name)).isEqualTo(made);
        assertThat(server.dump(name)).isEqualTo(site.newest().dump());
    }
}

package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.age.AgeIdentity;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.progress.Progress;
import io.understudy.rehearsal.AgentProcess;
import io.understudy.replica.fetch.Mirror;
import io.understudy.repository.KeyObject;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.blob.Sealing;
import io.understudy.restore.RestorePoint;
import io.understudy.state.StateEntry;
import io.understudy.testing.PostgresServer;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged agents restore files of a real repository, are killed meanwhile, and bring back each bit of them. */
@Timeout(300)
@Tag("slow")
class RestoreToFolderIT {
    private static final AgeIdentity IDENTITY = AgeIdentity.generate();

    @TempDir
    Path home;

    private RecoverySite site;
    private Path target;
    private Optional<AgentProcess> process = Optional.empty();

    @BeforeEach
    void passable() throws IOException {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        target = home.resolve("restored");
    }

    @AfterEach
    void end() {
        process.ifPresent(AgentProcess::close);
    }

    private void build(Optional<RepositoryKey> key) throws IOException {
        site = RecoverySite.create(
                home, PostgresServer.shared(), key.map(RepositoryKey::sealing).orElse(Sealing.NONE));
        String encryption = "";
        if (key.isPresent()) {
            KeyObject.write(
                    new DirectoryFilestore(site.repository()),
                    site.opened().id(),
                    RecoverySite.SITE,
                    key.get(),
                    List.of(IDENTITY.recipient(), AgeIdentity.generate().recipient()),
                    site.signer());
            Path identity = Files.writeString(home.resolve("identity.txt"), IDENTITY.reveal() + "\n");
            Files.setPosixFilePermissions(identity, PosixFilePermissions.fromString("rw-------"));
            encryption = "encryption: {identity: " + identity + "}\n";
        }
        Files.writeString(home.resolve("c.yaml"), """
                site: example
                state: %1$s/agent
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:1/site", user: site}
                trees:
                  - {name: media, kind: files, path: %1$s/media, setuid: keep, links: any}
                  - {name: config, kind: files, path: %1$s/config, setuid: keep, links: any}
                filestore: {url: "file://%1$s/repository"}
                signing: {private_key: %1$s/signing.pem, trusted_keys: [%1$s/signing.pub.pem]}
                primary: {name: a}
                replica: {name: b}
                """.formatted(home) + encryption);
    }

    private AgentProcess process() {
        process = Optional.of(process.orElseGet(() -> AgentProcess.start(home.resolve("agents.log"), "INFO")));
        return process.get();
    }

    private String[] command(String... words) {
        List<String> all = new ArrayList<>(List.of("-c", home.resolve("c.yaml").toString()));
        all.addAll(Arrays.asList(words));
        return all.toArray(String[]::new);
    }

    private String[] restore(String snapshot) {
        return command("restore", snapshot, "--to", target.toString());
    }

    private String succeed(String agent, String... words) {
        AgentProcess.Ended ended = process().run(agent, words);
        assertThat(ended.code()).as(ended.errors()).isZero();
        return ended.output();
    }

    private void killAt(RestorePoint point, int times, String agent, String... words) {
        process().holdAt(point, times);
        process().begin(agent, words);
        process().awaitPoint(point);
        process().kill();
        process = Optional.empty();
    }

    private void assertRestored(RecoverySite.Moment moment) {
        for (String tree : RecoverySite.TREES) {
            assertThat(TreePrint.of(target.resolve(tree)))
                    .isEqualTo(moment.trees().get(tree));
        }
        assertThat(target).isDirectoryNotContaining(each -> each.toString().contains(".understudy"));
    }

    private void killedAndContinued(String agent) {
        killAt(RestorePoint.NOTED, 1, agent, restore("latest"));
        killAt(RestorePoint.FILE_WRITTEN, 20, agent, restore("latest"));
        killAt(RestorePoint.FILES_NAMED, 1, agent, restore("latest"));
        killAt(RestorePoint.TREE_RESTORED, 1, agent, restore("latest"));
        killAt(RestorePoint.ALL_RESTORED, 1, agent, restore("latest"));
        assertThat(succeed(agent, restore("latest"))).contains("restored to", " were there");
        assertRestored(site.newest());
    }

    @Test
    void aKilledRestoreGoesOnAndBringsBackEachBit() throws IOException {
        build(Optional.empty());
        killedAndContinued("primary");
        target = home.resolve("older");
        succeed("primary", restore(site.older().snapshot().toString()));
        assertRestored(site.older());
    }

    @Test
    void ofAnEncryptedRepositoryToo() throws IOException {
        build(Optional.of(RepositoryKey.generate(new SecureRandom())));
        killedAndContinued("replica");
    }

    @Test
    void aStandbyRestoresFromItsMirrorWhileTheFilestoreIsAway() throws IOException {
        build(Optional.empty());
        Path folder = Files.createDirectories(StateEntry.MIRROR.in(home.resolve("agent")));
        new Mirror(new DirectoryFilestore(folder), site.opened(), 2, () -> Long.MAX_VALUE, Clock.systemUTC())
                .fetch(site.newest().snapshot(), Progress.none());
        Files.move(site.repository(), home.resolve("away"));
        succeed("replica", restore("latest"));
        assertRestored(site.newest());
    }

    /** As a shell sees it: bytes, a reader that ends early, and a device without room. */
    @Test
    void catWritesTheBytesOfAFile() throws Exception {
        build(Optional.empty());
        Path large = home.resolve("media/large\n");
        Path copy = home.resolve("copy");
        String agent = System.getProperty("understudy.distribution") + "/bin/agent-primary -c " + home + "/c.yaml ";
        assertThat(shell(agent + "cat latest 'media/large\\n' >" + copy)).isZero();
        assertThat(copy).hasSameBinaryContentAs(large);
        assertThat(shell("set -o pipefail; " + agent + "cat latest 'media/large\\n' | head -c 1 >" + copy))
                .isZero();
        assertThat(copy).hasSize(1);
        assertThat(shell(agent + "cat latest 'media/large\\n' >/dev/full 2>" + copy))
                .isPositive();
        assertThat(copy).content().contains("to standard output: No space left on device");
        assertThat(shell("set -o pipefail; " + agent + "ls latest -r | head -n 1 >" + copy))
                .isZero();
    }

    private int shell(String line) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("bash", "-c", line)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("shell.log").toFile())
                .start();
        assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return shell.exitValue();
    }
}

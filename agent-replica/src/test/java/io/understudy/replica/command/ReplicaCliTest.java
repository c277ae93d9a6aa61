package io.understudy.replica.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.cli.Terminal;
import io.understudy.config.SettingsFile;
import io.understudy.dns.FakeNameServer;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.replica.state.ApplyLock;
import io.understudy.replica.state.ReplicaStateStore;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands say where no database is needed; the rest is tested end to end. */
class ReplicaCliTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void configure() throws IOException {
        Files.createDirectories(folder.resolve("store"));
        Files.writeString(folder.resolve("c.yaml"), """
                site: example
                state: %1$s/state
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:1/site", user: site}
                trees:
                  - {name: media, kind: files, path: %1$s/media}
                filestore: {url: "file://%1$s/store"}
                signing: {trusted_keys: []}
                replica: {name: standby}
                """.formatted(folder));
    }

    private int run(String... arguments) {
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader("")),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                false,
                false);
        String[] all = new String[arguments.length + 2];
        all[0] = "-c";
        all[1] = folder.resolve("c.yaml").toString();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return new ReplicaCli(terminal).execute(all);
    }

    private void assertRefused(int exit, ErrorCode code) {
        assertThat(exit).as(err.toString()).isEqualTo(code.exitCode());
        assertThat(err.toString()).contains("error: ").contains("hint: ");
    }

    @Test
    void syncRefusesWithoutTheMarker() {
        assertRefused(run("sync"), ErrorCode.NOT_BACKUP_MODE);
        assertThat(ReplicaStateStore.in(folder.resolve("state")).read()).isEmpty();
    }

    @Test
    void switchoverSaysWhatItNeedsBeforeItAsksAnyone() throws IOException {
        assertRefused(run("switchover", "--yes"), ErrorCode.NOT_BACKUP_MODE);
        Files.createFile(folder.resolve("BACKUP"));
        assertRefused(run("switchover", "--yes"), ErrorCode.AGENT_UNREACHABLE);
        assertThat(err.toString()).contains("agent-replica run does not run on this server");
        assertRefused(run("switchover", "--yes", "--limit", "9"), ErrorCode.USAGE);
        assertRefused(run("switchover", "--plan", "--cancel"), ErrorCode.USAGE);
        assertRefused(run("switchover", "--plan"), ErrorCode.CONFIG_INVALID);
        assertThat(err.toString()).contains("replica.primaries is empty");
    }

    @Test
    void promoteAsksFirst() throws IOException {
        Files.createFile(folder.resolve("BACKUP"));

        assertRefused(run("promote"), ErrorCode.CONFIRMATION_NEEDED);
    }

    @Test
    void promoteNamesAPrimaryThatStillAnswersWithoutADaemonToo() throws IOException {
        Files.createFile(folder.resolve("BACKUP"));
        try (ServerSocket agent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + agent.getLocalPort();
            Path config = folder.resolve("c.yaml");
            Files.writeString(
                    config,
                    Files.readString(config)
                            .replace("replica: {", "replica: {primaries: [\"" + address + "\", \"127.0.0.1:1\"], "));

            assertRefused(run("promote"), ErrorCode.CONFIRMATION_NEEDED);

            assertThat(err.toString())
                    .contains("The agent of a primary still answers (" + address + "): stop its site first.")
                    .contains("What the old primary wrote since is lost.");
        }
    }

    @Test
    void promoteOnAServerThatIsThePrimaryAlreadyAsksNothing() {
        assertThat(run("promote")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("already the primary").contains("--restart");
        assertThat(ReplicaStateStore.in(folder.resolve("state")).read()).isEmpty();
    }

    /** Typed on the wrong server while its filestore is away: the names stay where visitors are served. */
    @Test
    void promoteAndDnsOnAServerThatWasOvertakenAreRefused() throws IOException {
        SampleSite site = new SampleSite(new InMemoryFilestore(), Clock.systemUTC());
        EpochStore epochs = new EpochStore(folder.resolve("state"));
        epochs.hold(claim(1).of(Optional.of(site.repository().id())));
        site.repository().epochs().claim(claim(2), site.key());
        assertThatThrownBy(() -> epochs.require(site.repository())).hasMessageContaining("epoch 2");
        Path config = folder.resolve("c.yaml");
        Files.writeString(
                config,
                Files.readString(config)
                        + "dns: {name: www.example.org, resolvers: [\"127.0.0.1:1\"], here: primary,"
                        + " expected: {primary: 192.0.2.10, standby: 198.51.100.10}}\n");

        assertRefused(run("promote"), ErrorCode.EPOCH_TAKEN);
        assertRefused(run("promote", "--restart", "--yes"), ErrorCode.EPOCH_TAKEN);
        assertRefused(run("dns", "--switch"), ErrorCode.FENCED);
        assertRefused(run("dns", "--switch", "--force"), ErrorCode.FENCED);
        assertThat(err.toString()).contains("agent-replica rejoin");
    }

    /** The other one may have been promoted since, and this server does not know it. */
    @Test
    void promoteOnAServerThatIsThePrimaryAlreadyAsksBeforeItMovesNamesOfTheOtherOne() throws IOException {
        try (FakeNameServer names = new FakeNameServer()) {
            names.set("www.example.org", "198.51.100.10");
            Path config = folder.resolve("c.yaml");
            Files.writeString(
                    config,
                    Files.readString(config) + "dns: {name: www.example.org, resolvers: [\"" + names.address()
                            + "\"], here: primary, expected: {primary: 192.0.2.10, standby: 198.51.100.10}}\n");

            assertRefused(run("promote"), ErrorCode.CONFIRMATION_NEEDED);
            assertThat(err.toString()).contains("point to the other server: DNS says 198.51.100.10 (standby)");
            assertThat(run("promote", "--no-dns")).as(err.toString()).isZero();
            names.set("www.example.org", "192.0.2.10");
            assertThat(run("promote")).as(err.toString()).isZero();
        }
    }

    private static EpochClaim claim(int epoch) {
        return new EpochClaim(epoch, "server-" + epoch, Instant.EPOCH, "a test", "nonce-" + epoch);
    }

    @Test
    void promoteWaitsForATimeThatIsOne() throws IOException {
        Files.createFile(folder.resolve("BACKUP"));
        for (String wrong : List.of("5", "0s", "9999d")) {
            assertRefused(run("promote", "--yes", "--wait", wrong), ErrorCode.USAGE);
        }
        assertThat(err.toString())
                .contains(
                        "'5' is not a duration such as 30s",
                        "'0s' is not from 1s to 1d",
                        "'9999d' is not from 1s to 1d");
        assertThat(folder.resolve("BACKUP")).exists();
    }

    @Test
    void rollbackAndRestoreAskOnlyWhenThereIsSomethingToDo() {
        assertRefused(run("rollback"), ErrorCode.NOT_BACKUP_MODE);
        assertRefused(run("restore", "00000001-00000001"), ErrorCode.NOT_BACKUP_MODE);
    }

    /** That a rollback asks needs a database: see RefusalsIT. */
    @Test
    void restoreToWhatIsLiveAsksFirstAndChangesNothing() throws IOException {
        Path config = folder.resolve("c.yaml");
        Files.writeString(
                config,
                Files.readString(config).replace("trusted_keys: []", "trusted_keys: [" + folder + "/site.pub.pem]"));
        Files.createFile(folder.resolve("BACKUP"));
        try (Filestore store = Filestores.open(SettingsFile.load(config).filestore())) {
            SampleSite site = new SampleSite(store, Clock.systemUTC());
            site.key().writePublic(folder.resolve("site.pem"));
            site.commit(new SnapshotId(1, 1), 1);
        }

        for (String[] to : List.of(new String[0], new String[] {"--to", "live"})) {
            String[] arguments = Stream.of(new String[] {"restore", "00000001-00000001"}, to)
                    .flatMap(Stream::of)
                    .toArray(String[]::new);
            assertRefused(run(arguments), ErrorCode.CONFIRMATION_NEEDED);
        }

        assertThat(err.toString()).contains("Replace what this standby serves by 00000001-00000001?");
        assertThat(ReplicaStateStore.in(folder.resolve("state")).read()).isEmpty();
    }

    @Test
    void rollbackWarnsThatProtectedRowsAreThoseOfThen() throws IOException {
        Path config = folder.resolve("c.yaml");
        assertThat(RollbackCommand.warning(SettingsFile.load(config))).isEmpty();
        Files.writeString(config, Files.readString(config) + "protect: [{table: users, where: \"name = 'boss'\"}]\n");

        assertThat(RollbackCommand.warning(SettingsFile.load(config)))
                .hasValueSatisfying(text -> assertThat(text).startsWith("warning: the rows of protect will be those"));
    }

    @Test
    void promoteRefusesWhereNothingWasImported() throws IOException {
        Files.createFile(folder.resolve("BACKUP"));

        assertRefused(run("promote", "--yes"), ErrorCode.NOT_BACKUP_MODE);
        assertThat(folder.resolve("BACKUP")).exists();
    }

    @Test
    void statusAnswersWithoutADaemonAndWithoutARepository() {
        assertThat(run("status", "--json")).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("\"state\":\"seeding\"")
                .contains("\"daemon\":false")
                .contains("\"readable\":false");
        assertThat(run("status")).isZero();
        assertThat(out.toString()).contains("state:      not a standby, not in backup mode");
    }

    @Test
    void checkNamesEveryFaultAndEndsWithTheFirst() {
        int exit = run("check", "--json");

        assertThat(exit).isEqualTo(ErrorCode.KEY_MISSING.exitCode());
        assertThat(out.toString())
                .contains("\"ok\":false")
                .contains("signing.trusted_keys is empty")
                .contains("not looked at, because trusted keys failed")
                .contains("\"database_unreachable\"");
        assertThat(run("check")).isEqualTo(exit);
        assertThat(out.toString())
                .contains("failed   trusted keys:")
                .contains("hint:")
                .contains("ok       state:");
    }

    @Test
    void initRefusesWithAllThatIsMissingAndWritesNoMarker() {
        assertRefused(run("init", "--yes"), ErrorCode.KEY_MISSING);
        assertThat(err.toString()).contains("signing.trusted_keys is empty").contains("127.0.0.1:1");
        assertThat(folder.resolve("BACKUP")).doesNotExist();
    }

    @Test
    void aSnapshotThatIsNoneIsAMistakeOfTheCaller() {
        assertRefused(run("restore", "yesterday", "--yes"), ErrorCode.USAGE);
        assertRefused(run("dance"), ErrorCode.USAGE);
    }

    /** Rows of one moment among those of another may break what the site relies on. */
    @Test
    void noPartOfADatabaseIsRestoredToWhatIsLive() throws IOException {
        Files.createFile(folder.resolve("BACKUP"));
        for (String[] part : List.of(
                new String[] {"--table", "note"},
                new String[] {"--schema-only"},
                new String[] {"--include-erased"},
                new String[] {"--only", "database"})) {
            for (String[] to : List.of(new String[0], new String[] {"--to", "live"})) {
                String[] arguments = Stream.of(new String[] {"restore", "00000001-00000001", "--yes"}, to, part)
                        .flatMap(Stream::of)
                        .toArray(String[]::new);
                assertRefused(run(arguments), ErrorCode.USAGE);
                assertThat(err.toString()).contains("--to database:NAME");
            }
        }
    }

    @Test
    void aPartIsRestoredToWhatIsLiveInBackupModeAlone() throws IOException {
        assertRefused(run("restore", "00000001-00000001", "--tree", "media", "--yes"), ErrorCode.NOT_BACKUP_MODE);
        assertRefused(run("restore", "--undo", "--yes"), ErrorCode.NOT_BACKUP_MODE);
        Files.createFile(folder.resolve("BACKUP"));
        assertRefused(run("restore", "--undo", "--yes"), ErrorCode.USAGE);
        assertThat(err.toString()).contains("cannot undo the last restore to what is live: there is none");
        assertRefused(run("restore", "--yes"), ErrorCode.USAGE);
        assertThat(err.toString()).contains("no snapshot is named");
    }

    @Test
    void whileADaemonRunsItIsAsked() {
        try (var daemon = new ApplyLock(folder.resolve("state")).acquireDaemon(new FakeTicker())) {
            assertThat(daemon).isNotNull();
            assertRefused(run("sync"), ErrorCode.AGENT_UNREACHABLE);
            assertThat(run("status", "--json")).isZero();
            assertThat(out.toString()).contains("\"daemon\":true");
            assertThat(err.toString())
                    .contains("warning: cannot ask the agent at " + folder.resolve("state/replica.sock")
                            + ": it is not there");
        }
    }

    @Test
    void twoCommandsAtOnceAreOneTooMany() throws IOException {
        Files.createFile(folder.resolve("BACKUP"));
        try (var other = new ApplyLock(folder.resolve("state")).acquire()) {
            assertThat(other).isNotNull();
            assertRefused(run("sync"), ErrorCode.LOCKED);
        }
    }

    @Test
    void verifyRepairsOneFilestoreFromTheOther() throws IOException {
        Path config = folder.resolve("c.yaml");
        Path near = folder.resolve("store");
        Path far = Files.createDirectories(folder.resolve("far"));
        Files.writeString(
                config,
                Files.readString(config)
                        .replace(
                                "filestore: {url: \"file://" + near + "\"}",
                                "filestores: [{name: near, url: \"file://" + near + "\"}, {name: far, url: \"file://"
                                        + far + "\"}]")
                        .replace("trusted_keys: []", "trusted_keys: [" + folder + "/site.pub.pem]"));
        try (Filestore both = Filestores.open(SettingsFile.load(config).filestore())) {
            SampleSite site = new SampleSite(both, Clock.systemUTC());
            site.key().writePublic(folder.resolve("site.pem"));
            site.commit(new SnapshotId(1, 1), 1);
        }
        List<Path> blobs = damageEverySecondBlob(far);

        assertRefused(run("verify"), ErrorCode.BLOB_DAMAGED);
        assertThat(run("verify", "--repair", "--json")).as(err.toString()).isZero();

        assertThat(out.toString()).contains("\"repaired_blobs\":" + blobs.size());
        for (Path blob : blobs) {
            assertThat(blob).hasSameBinaryContentAs(near.resolve(far.relativize(blob)));
        }
        assertThat(run("verify")).as(err.toString()).isZero();
    }

    private static List<Path> damageEverySecondBlob(Path filestore) throws IOException {
        List<Path> damaged = new ArrayList<>();
        try (Stream<Path> all = Files.walk(filestore.resolve("blobs"))) {
            List<Path> blobs = all.filter(Files::isRegularFile).sorted().toList();
            for (int i = 0; i < blobs.size(); i += 2) {
                Files.delete(blobs.get(i));
                damaged.add(Files.writeString(blobs.get(i), "damaged"));
            }
        }
        return damaged;
    }

    @Test
    void everyCommandHasHelp() {
        for (String command : new String[] {
            "run", "init", "check", "sync", "status", "list", "verify", "restore", "rollback", "promote", "audit"
        }) {
            assertThat(run(command, "--help")).as(command).isZero();
        }
        assertThat(out.toString())
                .contains("--unfenced")
                .contains("--retry-rejected")
                .contains("--mirror");
    }
}

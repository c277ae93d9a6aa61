package io.understudy.replica.prepare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import io.understudy.config.TlsSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.files.Attributes;
import io.understudy.files.LinkTarget;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.replica.state.ReplicaId;
import io.understudy.repository.Manifests;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.setup.CheckResult;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.TestCertificates;
import io.understudy.testing.TreeSnapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ChecksTest extends StandbyInPreparation {
    @Test
    void warnsOfWhatTheNewestSnapshotWouldGiveRightsTo() {
        assertThat(warnings()).isEmpty();
        world.databases.warnOf("database.user is a superuser");
        IndexEntry root = IndexEntry.of(new TreeEntry.Folder(SafePath.ROOT, new Attributes(0755, NOW, "root", "root")));
        IndexEntry link = IndexEntry.of(new TreeEntry.Link(
                SafePath.of("out"), new Attributes(0777, NOW, "root", "root"), LinkTarget.of("/etc".getBytes(UTF_8))));
        repository.commit(
                Manifests.with(
                        Manifests.sample(new SnapshotId(1, 1)),
                        List.of(TreeSnapshots.index("media", TreeKind.FILES, List.of(root, link), repository.blobs()))),
                key);

        assertThat(warnings())
                .anySatisfy(each -> assertThat(each).isEqualTo("database user: database.user is a superuser"))
                .anySatisfy(
                        each -> assertThat(each)
                                .isEqualTo(
                                        "tree media: 00000001-00000001 on a standby: 1 link that may leave the tree left out; the first is out"));
    }

    private List<String> warnings() {
        return checks(settings())
                .run()
                .warnings()
                .filter(each -> !each.check().equals("tls"))
                .map(each -> each.check() + ": " + each.message())
                .toList();
    }

    @Test
    void findsTreesThatTheServersDoNotShare() {
        repository.commit(Manifests.sample(new SnapshotId(1, 1)), key);

        assertThat(failures(settings("photos", TreeKind.FILES, List.of())))
                .anySatisfy(each -> assertThat(each).contains("tree \"media\" is in the snapshot but not"));
        assertThat(failures(settings("media", TreeKind.SECRETS, List.of())))
                .anySatisfy(each -> assertThat(each).contains("of kind files in the snapshot, secrets here"));
    }

    @Test
    void findsAFolderThatIsNone() throws IOException {
        Files.createFile(folder.resolve("media"));

        assertThat(failures(settings()))
                .anySatisfy(each -> assertThat(each).contains("cannot write " + folder.resolve("media")));
    }

    /** The link alone depends on them: a standby polls the filestore without any. */
    @Test
    void noFileOfTlsKeepsAServerFromBecomingAStandby() throws IOException {
        TestCertificates authority = new TestCertificates(folder, "ours");
        TlsSettings ours = authority.issue("a", "DNS:a.example.net");
        TlsSettings theirs = new TestCertificates(folder, "theirs").issue("b", "DNS:b.example.net");
        Path missing = folder.resolve("missing");
        Path odd = Files.writeString(folder.resolve("odd.pem"), "no PEM");
        preparation(settings()).createKey();
        for (TlsSettings each : List.of(
                authority.issueExpired("late", "DNS:a.example.net"),
                new TlsSettings(missing, ours.key(), ours.ca()),
                new TlsSettings(ours.certificate(), missing, ours.ca()),
                new TlsSettings(ours.certificate(), folder, ours.ca()),
                new TlsSettings(ours.certificate(), ours.key(), missing),
                new TlsSettings(ours.certificate(), theirs.key(), ours.ca()),
                new TlsSettings(ours.certificate(), ours.key(), theirs.ca()),
                new TlsSettings(odd, ours.key(), ours.ca()))) {
            Settings settings = withTls(each, new HostPort("127.0.0.1", 1));

            assertThat(checks(settings).run().exitCode()).as(each.toString()).isEqualTo(81);
            assertThat(preparation(settings).requireReady())
                    .extracting(CheckResult::check)
                    .containsExactly("tls");
            assertThat(checks(settings).run().checks())
                    .filteredOn(result -> result.check().startsWith("peer"))
                    .extracting(CheckResult::state, CheckResult::message)
                    .containsExactly(tuple("skipped", "not looked at, because tls failed"));
        }
    }

    /** One cause is one failure: what could not be looked at refers to it. */
    @Test
    void aDatabaseOrARepositoryThatIsDownIsOneFailure() {
        preparation(settings()).createKey();
        world.databases.goDown(true);
        assertThat(states())
                .containsEntry("database", "failed: cannot connect: connection refused")
                .containsEntry("newest snapshot", "skipped: not looked at, because database failed");

        filestore.inject(Faults.always(new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(states())
                .hasEntrySatisfying("repository", state -> assertThat(state).startsWith("failed"))
                .containsEntry("newest snapshot", "skipped: not looked at, because repository failed");
    }

    private Map<String, String> states() {
        return checks(settings()).run().checks().stream()
                .collect(Collectors.toMap(CheckResult::check, each -> each.state() + ": " + each.message()));
    }

    @Test
    void saysHowLongTheCertificateIsAccepted() {
        TlsSettings ours = new TestCertificates(folder, "ours").issue("a", "DNS:a.example.net");
        Preparation sound = preparation(withTls(ours));
        sound.createKey();

        assertThat(sound.requireReady()).singleElement().satisfies(warning -> {
            assertThat(warning.check()).isEqualTo("tls");
            assertThat(warning.message())
                    .contains("the authority of tls.ca accepts the certificate for a.example.net until 20");
        });
    }

    @Test
    void warnsOfAnotherStandbyWithThisName() {
        ReplicaId own = new ReplicaId(folder.resolve("state"));
        reportAs(own.get());
        assertThat(repositoryCheck().state()).isEqualTo("ok");

        reportAs(Optional.of("another"));
        assertThat(repositoryCheck().state()).isEqualTo("warning");
        assertThat(repositoryCheck().message()).contains("another standby is named standby too");
    }

    private CheckResult repositoryCheck() {
        return checks(settings()).run().checks().stream()
                .filter(each -> each.check().equals("repository"))
                .findFirst()
                .orElseThrow();
    }

    private void reportAs(Optional<String> id) {
        repository
                .reports()
                .write(new ReplicaReport(
                        "standby",
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        Instant.now(),
                        "test",
                        id,
                        Optional.empty()));
    }

    private List<String> failures(Settings settings) {
        return checks(settings).run().failures().map(CheckResult::message).toList();
    }
}

package io.understudy.replica.prepare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.HostPort;
import io.understudy.config.Secret;
import io.understudy.config.Settings;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.config.Settings.PrimarySettings;
import io.understudy.config.Settings.ReplicaSettings;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.config.Settings.TlsSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Attributes;
import io.understudy.files.LinkTarget;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.replica.fakes.Crash;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.fakes.World;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.state.ReplicaId;
import io.understudy.replica.state.ReplicaState.Seeding;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Manifests;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.setup.CheckResult;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.InMemoryFilestore;
import io.understudy.testing.TestCertificates;
import io.understudy.testing.TreeSnapshots;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparationTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    @TempDir
    Path folder;

    private final World world = new World();
    private final InMemoryFilestore filestore = new InMemoryFilestore();
    private SigningKey key;
    private Repository repository;
    private EpochStore epochs;

    @BeforeEach
    void aRepository() {
        key = FastSignatures.key(folder.resolve("primary.pem"));
        Repository.create(filestore, UUID.randomUUID(), Manifests.SITE, TrustedKeys.of(), Clock.systemUTC());
        repository = Repository.open(filestore, Manifests.SITE, TrustedKeys.of(key.publicKey()));
        repository.epochs().claim(new EpochClaim(1, "primary", NOW, "init", "nonce"), key);
        epochs = new EpochStore(folder.resolve("state"));
    }

    private Preparation preparation(Settings settings) {
        return new Preparation(
                settings,
                checks(settings),
                world.marker,
                world.store,
                new StateReconciler(world.store, world.marker, world.databases, Events.none(), world.time.clock()),
                world.databases,
                epochs,
                () -> repository,
                world.time);
    }

    private Checks checks(Settings settings) {
        return new Checks(
                settings,
                filestore,
                () -> repository,
                world.databases,
                world.databases,
                new ReplicaId(folder.resolve("state")),
                Clock.systemUTC());
    }

    private Settings settings() {
        return settings("media", TreeKind.FILES, List.of());
    }

    private Settings settings(String tree, TreeKind kind, List<String> restart) {
        HostPort any = new HostPort("127.0.0.1", 0);
        return new Settings(
                Manifests.SITE,
                folder.resolve("state"),
                folder.resolve("priv/BACKUP"),
                new DatabaseSettings(
                        "127.0.0.1",
                        1,
                        "site",
                        Map.of(),
                        "site",
                        Secret.none(),
                        "postgres",
                        Optional.empty(),
                        2,
                        Ownership.PRESERVE,
                        Duration.ofSeconds(1)),
                List.of(new TreeSettings(tree, kind, folder.resolve("media"), List.of())),
                new FilestoreSettings(
                        URI.create("file:///store"),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        Secret.none(),
                        Secret.none(),
                        Secret.none(),
                        Duration.ofSeconds(5)),
                new SigningSettings(
                        Optional.of(folder.resolve("standby.pem")), List.of(folder.resolve("primary.pub.pem"))),
                new PrimarySettings("standby", Map.of(), any, List.of(), Optional.empty()),
                Settings.RetentionSettings.DEFAULT,
                new ReplicaSettings("standby", List.of(), Duration.ofDays(1), Optional.empty()),
                new ServiceSettings(List.of(), List.of(), restart, List.of(), Duration.ofSeconds(1), Optional.empty()),
                Optional.empty());
    }

    @Test
    void anEmptyServerBecomesAStandbyWithoutAQuestion() {
        Preparation preparation = preparation(settings());

        assertThat(preparation.createKey()).contains(folder.resolve("standby.pub.pem"));
        assertThat(preparation.createKey()).isEmpty();
        preparation.requireReady();
        assertThat(preparation.atStake()).isEmpty();
        preparation.enter();

        assertThat(world.marker.on()).isTrue();
        assertThat(world.store.state()).isInstanceOf(Seeding.class);
    }

    @Test
    void saysWhatWillBeReplaced() throws IOException {
        world.databases.create(FakeDatabases.LIVE);
        Files.createDirectories(folder.resolve("media/photos"));
        epochs.hold(new EpochClaim(Optional.of(repository.id()), 1, "primary", NOW, "init", "nonce"));

        assertThat(preparation(settings()).atStake())
                .anySatisfy(each -> assertThat(each).contains("is the primary (epoch 1)"))
                .anySatisfy(each -> assertThat(each).contains("database \"site\" exists"))
                .anySatisfy(each -> assertThat(each).contains("media is not empty"));
    }

    @Test
    void aFormerPrimaryIsNotThePrimaryAnyMore() {
        epochs.hold(new EpochClaim(Optional.of(repository.id()), 1, "primary", NOW, "init", "nonce"));
        repository.epochs().claim(new EpochClaim(2, "other", NOW, "promoted", "another"), key);

        assertThat(preparation(settings()).atStake()).isEmpty();
    }

    @Test
    void refusesWithEveryFaultAtOnceAndWritesNothing() {
        world.databases.refusePreflight(
                new UnderstudyException(ErrorCode.MISSING_ROLE, "role \"editor\" does not exist", "create it"));
        repository.commit(Manifests.sample(new SnapshotId(1, 1)), key);
        Preparation preparation = preparation(settings("media", TreeKind.FILES, List.of("/no/such/program")));

        assertThatThrownBy(preparation::requireReady).isInstanceOfSatisfying(UnderstudyException.class, failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.KEY_MISSING);
            assertThat(failure)
                    .hasMessageContaining("standby.pem")
                    .hasMessageContaining("role \"editor\" does not exist")
                    .hasMessageContaining("/no/such/program");
        });
        assertThat(world.marker.on()).isFalse();
        assertThat(world.store.read()).isEmpty();
    }

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

    @Test
    void aStandbyWhoseMarkerWasGoneBeginsAnewAndKeepsItsDatabase() {
        world.databases.create(FakeDatabases.LIVE);
        world.marker.putByHand(Optional.empty());
        world.source.commit(1, 1);
        world.sync();
        world.marker.removeByHand();

        preparation(settings()).enter();

        assertThat(world.store.state()).isInstanceOf(Seeding.class);
        assertThat(world.store.record().owned())
                .doesNotContain(world.databases.find(FakeDatabases.LIVE).orElseThrow());
    }

    @Test
    void refusesWhileAnApplyWhoseMarkerWasRemovedIsUnfinished() {
        world.databases.create(FakeDatabases.LIVE);
        world.marker.putByHand(Optional.empty());
        world.source.commit(1, 1);
        world.points.dieBefore("restart");
        assertThatThrownBy(world::sync).isInstanceOf(Crash.class);
        world.points.live();
        world.marker.removeByHand();

        assertThatThrownBy(() -> preparation(settings()).enter())
                .isInstanceOfSatisfying(UnderstudyException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.LOCKED);
                    assertThat(failure.hint()).contains("agent-replica sync");
                });

        assertThat(world.marker.on()).isFalse();
        assertThatThrownBy(world::sync).hasMessageContaining("backup mode");
        preparation(settings()).enter();
        assertThat(world.store.state()).isInstanceOf(Seeding.class);
        assertThat(world.content()).isEqualTo("00000001-00000001");
        assertThat(world.store.record().owned())
                .doesNotContain(world.databases.find(FakeDatabases.LIVE).orElseThrow());
    }

    @Test
    void refusesWhileAPromotionIsUnfinished() {
        world.marker.putByHand(Optional.empty());
        world.source.commit(1, 1);
        world.sync();
        world.points.dieBefore("restart");
        assertThatThrownBy(() -> world.agent()
                        .promotion()
                        .promote(new io.understudy.replica.promote.Promotion.Request("test", false, false, false)))
                .isInstanceOf(Crash.class);

        assertThatThrownBy(() -> preparation(settings()).enter())
                .isInstanceOfSatisfying(
                        UnderstudyException.class,
                        failure -> assertThat(failure.hint()).contains("agent-replica promote"));

        assertThat(world.marker.on()).isFalse();
    }

    @Test
    void aPromotedServerBecomesAStandbyAgain() {
        world.marker.putByHand(Optional.empty());
        world.source.commit(1, 1);
        world.sync();
        world.agent()
                .promotion()
                .promote(new io.understudy.replica.promote.Promotion.Request("test", false, false, false));

        preparation(settings()).enter();

        assertThat(world.store.state()).isInstanceOf(Seeding.class);
        assertThat(world.marker.on()).isTrue();
    }

    @Test
    void saysHowLongTheCertificateIsAcceptedAndRefusesOneThatIsNot() {
        TlsSettings ours = new TestCertificates(folder, "ours").issue("a", "DNS:a.example.net");
        TlsSettings theirs = new TestCertificates(folder, "theirs").issue("b", "DNS:b.example.net");
        Preparation sound = preparation(withTls(ours));
        sound.createKey();

        assertThat(sound.requireReady()).singleElement().satisfies(warning -> {
            assertThat(warning.check()).isEqualTo("tls");
            assertThat(warning.message()).contains("accepts the certificate for a.example.net until 20");
        });
        assertThatThrownBy(
                        preparation(withTls(new TlsSettings(ours.certificate(), ours.key(), theirs.ca())))
                                ::requireReady)
                .hasMessageContaining("tls.ca does not accept the certificate");
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

    private Settings withTls(TlsSettings tls) {
        Settings base = settings();
        return new Settings(
                base.site(),
                base.state(),
                base.marker(),
                base.database(),
                base.trees(),
                base.filestore(),
                base.signing(),
                base.primary(),
                Settings.RetentionSettings.DEFAULT,
                base.replica(),
                base.service(),
                Optional.of(tls));
    }

    private List<String> failures(Settings settings) {
        return checks(settings).run().failures().map(CheckResult::message).toList();
    }
}

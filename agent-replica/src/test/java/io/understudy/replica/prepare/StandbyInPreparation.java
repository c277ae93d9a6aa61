package io.understudy.replica.prepare;

import io.understudy.config.HostPort;
import io.understudy.config.Settings;
import io.understudy.config.Settings.ReplicaSettings;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.config.TlsSettings;
import io.understudy.events.Events;
import io.understudy.files.TreeKind;
import io.understudy.replica.fakes.AgentSettings;
import io.understudy.replica.fakes.World;
import io.understudy.replica.kept.KeptCopies;
import io.understudy.replica.round.StateReconciler;
import io.understudy.replica.state.ReplicaId;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Manifests;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.InMemoryFilestore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A repository with a claim, and a server that may become a standby of it. */
abstract class StandbyInPreparation {
    static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    @TempDir
    Path folder;

    final World world = new World();
    final InMemoryFilestore filestore = new InMemoryFilestore();
    SigningKey key;
    Repository repository;
    EpochStore epochs;

    @BeforeEach
    final void aRepository() {
        key = FastSignatures.key(folder.resolve("primary.pem"));
        Repository.create(filestore, UUID.randomUUID(), Manifests.SITE, TrustedKeys.of(), Clock.systemUTC());
        repository = Repository.open(filestore, Manifests.SITE, TrustedKeys.of(key.publicKey()));
        repository.epochs().claim(new EpochClaim(1, "primary", NOW, "init", "nonce"), key);
        epochs = new EpochStore(folder.resolve("state"));
    }

    Preparation preparation(Settings settings) {
        return new Preparation(
                settings,
                checks(settings),
                world.marker,
                world.store,
                reconciler(settings),
                world.databases,
                epochs,
                () -> repository,
                world.time);
    }

    StateReconciler reconciler(Settings settings) {
        return new StateReconciler(
                world.store,
                world.marker,
                world.databases,
                world.databases,
                world.liveTrees,
                copies(settings)::served,
                Events.none(),
                world.time.clock());
    }

    KeptCopies copies(Settings settings) {
        return new KeptCopies(settings, epochs, world.store, world.databases, world.time.clock(), world.time);
    }

    Checks checks(Settings settings) {
        return new Checks(
                settings,
                filestore,
                () -> repository,
                world.databases,
                world.databases,
                new ReplicaId(folder.resolve("state")),
                Clock.systemUTC());
    }

    Settings settings() {
        return settings("media", TreeKind.FILES, List.of());
    }

    Settings settings(String tree, TreeKind kind, List<String> restart) {
        Settings base = AgentSettings.in(folder, List.of());
        return new Settings(
                Manifests.SITE,
                base.state(),
                folder.resolve("priv/BACKUP"),
                base.database(),
                List.of(new TreeSettings(tree, kind, folder.resolve("media"), List.of())),
                base.filestore(),
                new SigningSettings(
                        Optional.of(folder.resolve("standby.pem")), List.of(folder.resolve("primary.pub.pem"))),
                base.primary(),
                base.retention(),
                new ReplicaSettings("standby", List.of(), Duration.ofDays(1), Optional.empty()),
                new ServiceSettings(List.of(), List.of(), restart, List.of(), Duration.ofSeconds(1), Optional.empty()),
                base.tls());
    }

    Settings withTls(TlsSettings tls, HostPort... primaries) {
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
                new ReplicaSettings(
                        base.replica().name(),
                        List.of(primaries),
                        base.replica().poll(),
                        Optional.empty()),
                base.service(),
                Optional.of(tls));
    }
}

package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.age.AgeIdentity;
import io.understudy.config.EncryptionSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.Encryption;
import io.understudy.repository.LastRecovery;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.setup.CheckResult;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryProofTest {
    private static final AgeIdentity STANDBY = AgeIdentity.generate();
    private static final AgeIdentity RECOVERY = AgeIdentity.generate();

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final SampleSite site = new SampleSite(
            store,
            time.clock(),
            RepositoryKey.generate(new SecureRandom()),
            List.of(STANDBY.recipient(), RECOVERY.recipient()));

    @TempDir
    Path folder;

    @Test
    void whatWasProvenIsRememberedForHalfAYear() throws IOException {
        site.commit(new SnapshotId(1, 7), 1);
        assertThat(proof().remembered().state()).isEqualTo("warning");
        assertThat(proof().prove(file("recovery", RECOVERY)).message())
                .contains(RECOVERY.recipient().text(), "00000001-00000007");
        assertThat(new LastRecovery(folder).read().orElseThrow().when()).isEqualTo(time.now());
        time.advance(Duration.ofDays(179));
        assertThat(proof().remembered().state()).isEqualTo("ok");
        time.advance(Duration.ofDays(2));
        CheckResult stale = proof().remembered();
        assertThat(stale.state()).isEqualTo("warning");
        assertThat(stale.hint()).contains("--recovery-key");
    }

    @Test
    void anotherKeyProvesNothing() throws IOException {
        site.commit(new SnapshotId(1, 1), 1);
        Path foreign = file("foreign", AgeIdentity.generate());
        assertThat(failure(() -> proof().prove(foreign)).code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
        Path own = file("own", STANDBY);
        assertThat(failure(() -> proof().prove(own)).code()).isEqualTo(ErrorCode.USAGE);
        assertThat(new LastRecovery(folder).read()).isEmpty();
    }

    @Test
    void neitherDoesARepositoryWithoutSnapshotsOrWithDamagedContent() throws IOException {
        Path recovery = file("recovery", RECOVERY);
        assertThat(failure(() -> proof().prove(recovery)).code()).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN);
        Manifest manifest = site.commit(new SnapshotId(1, 1), 1);
        store.delete(site.repository()
                .blobs()
                .object(manifest.trees().get(0).index().direct().get(0).id()));
        assertThat(failure(() -> proof().prove(recovery)).code()).isEqualTo(ErrorCode.BLOB_MISSING);
        assertThat(new LastRecovery(folder).read()).isEmpty();
    }

    private RecoveryProof proof() throws IOException {
        return new RecoveryProof(
                Optional.of(new EncryptionSettings(List.of(), Optional.of(file("standby", STANDBY)))),
                folder,
                this::open,
                time.clock());
    }

    private Repository open(Path identity) {
        return Repository.open(
                store,
                Manifests.SITE,
                site.trusted(),
                time.clock(),
                Optional.empty(),
                Encryption.withIdentity(identity));
    }

    private Path file(String name, AgeIdentity identity) throws IOException {
        Path file = Files.writeString(folder.resolve(name), identity.reveal());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private static UnderstudyException failure(ThrowingCallable call) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, call);
        assertThat(e).isNotNull();
        return e;
    }
}

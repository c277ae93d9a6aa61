package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.age.AgeIdentity;
import io.understudy.config.EncryptionSettings;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.Encryption;
import io.understudy.repository.Manifests;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.SampleSite;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SigningKey;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRecipientsTest {
    private static final AgeIdentity A = AgeIdentity.generate();
    private static final AgeIdentity B = AgeIdentity.generate();
    private static final AgeIdentity C = AgeIdentity.generate();
    private static final SnapshotId FIRST = new SnapshotId(1, 1);

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final RepositoryKey key = RepositoryKey.generate(new SecureRandom());
    private final SampleSite site = new SampleSite(store, time.clock(), key, List.of(A.recipient(), B.recipient()));

    @TempDir
    Path folder;

    private KeyRing own;

    @BeforeEach
    void keys() {
        site.commit(FIRST, 1);
        SigningKey.generate(folder.resolve("standby.pem"));
        site.key().writePublic(folder.resolve("site.pem"));
        own = new KeyRing(new SigningSettings(
                Optional.of(folder.resolve("standby.pem")), List.of(folder.resolve("site.pub.pem"))));
    }

    @Test
    void oneThatIsAddedReadsWhatIsThere() throws IOException {
        assertThat(of(A).add(C.recipient()).recipients())
                .containsExactly(
                        A.recipient().text(),
                        B.recipient().text(),
                        C.recipient().text());
        byte[] once = store.open("keys/00000001.age", 0).readAllBytes();
        assertThat(of(A).add(C.recipient()).recipients()).hasSize(3);
        assertThat(store.open("keys/00000001.age", 0).readAllBytes())
                .as("written again")
                .isNotEqualTo(once);
        assertThat(of(C).list().recipients()).hasSize(3);
        assertThat(open(C).read(FIRST).snapshot()).isEqualTo(FIRST);
        assertThat(open(A).read(FIRST).snapshot()).isEqualTo(FIRST);
    }

    @Test
    void oneThatIsRemovedOpensItNoMore() throws IOException {
        of(A).add(C.recipient());
        assertThat(of(A).remove(B.recipient()).recipients())
                .containsExactly(A.recipient().text(), C.recipient().text());
        assertThat(failure(() -> open(B)).code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
        assertThat(open(C).read(FIRST).snapshot()).isEqualTo(FIRST);
    }

    @Test
    void neverFewerThanTwoAreLeft() throws IOException {
        assertThat(failure(() -> of(A).remove(B.recipient()))).hasMessageContaining("would be left");
        assertThat(failure(() -> of(A).remove(C.recipient()))).hasMessageContaining("not encrypted to it");
        assertThat(of(A).list().recipients()).hasSize(2);
    }

    @Test
    void needsAnIdentity() {
        assertThat(failure(() -> KeyRecipients.of(store, site.repository(), own, Optional.empty(), Optional.empty()))
                        .code())
                .isEqualTo(ErrorCode.IDENTITY_MISSING);
        assertThat(failure(() -> of(C).list()).code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
    }

    @Test
    void aWriteThatFailsLeavesTheOneBefore() throws IOException {
        store.inject(Faults.first(
                Operation.PUT, object -> object.startsWith("keys/"), new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        assertThat(failure(() -> of(A).add(C.recipient())).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
        store.inject(Faults.none());
        assertThat(of(B).list().recipients()).hasSize(2);
    }

    @Test
    void openedObjectsAreWholeAndPlain() throws IOException {
        Repository repository = open(A);
        String manifest = new String(OpenedObject.of(repository, FIRST.key()).content(), StandardCharsets.UTF_8);
        assertThat(manifest).contains("\"snapshot\":\"" + FIRST + "\"", "\"databases\"");
        String row = repository
                .blobs()
                .object(Manifests.rows(repository.read(FIRST), repository.blobs())
                        .direct()
                        .get(0)
                        .id());
        assertThat(new String(OpenedObject.of(repository, row).content(), StandardCharsets.UTF_8))
                .contains("row number 1");
        for (String other : List.of("keys/00000001.age", "understudy.json", "blobs/ab/ab.zst.age")) {
            assertThat(failure(() -> OpenedObject.of(repository, other)).code()).isEqualTo(ErrorCode.USAGE);
        }
        store.delete(row);
        assertThat(failure(() -> OpenedObject.of(repository, row)).code()).isEqualTo(ErrorCode.BLOB_MISSING);
        Repository closed = Repository.open(
                store,
                Manifests.SITE,
                site.trusted(),
                time.clock(),
                Optional.empty(),
                (filestore, id, name, trusted) ->
                        Sealing.of(1, key.naming(), key.identity().recipient(), key.outline(), Optional.empty()));
        assertThat(failure(() -> OpenedObject.of(closed, row)).code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
    }

    private KeyRecipients of(AgeIdentity identity) throws IOException {
        Optional<EncryptionSettings> settings =
                Optional.of(new EncryptionSettings(List.of(), Optional.of(file(identity))));
        return KeyRecipients.of(store, site.repository(), own, Optional.empty(), settings);
    }

    private Repository open(AgeIdentity identity) throws IOException {
        return Repository.open(
                store,
                Manifests.SITE,
                own.trusted(),
                time.clock(),
                Optional.empty(),
                Encryption.withIdentity(file(identity)));
    }

    private Path file(AgeIdentity identity) throws IOException {
        Path file = Files.writeString(folder.resolve("identity.txt"), identity.reveal());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private static UnderstudyException failure(ThrowingCallable call) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, call);
        assertThat(e).isNotNull();
        return e;
    }
}

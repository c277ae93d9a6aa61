package io.understudy.repository;

import static io.understudy.repository.Manifests.SITE;
import static io.understudy.repository.Manifests.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.age.AgeFiles;
import io.understudy.age.AgeIdentity;
import io.understudy.age.Recipient;
import io.understudy.config.EncryptionSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.progress.Progress;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.Sealing;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptedRepositoryTest {
    private static final AgeIdentity STANDBY = AgeIdentity.generate();
    private static final AgeIdentity RECOVERY = AgeIdentity.generate();
    private static final List<Recipient> RECIPIENTS = List.of(STANDBY.recipient(), RECOVERY.recipient());
    private static final RepositoryKey KEY = RepositoryKey.generate(new SecureRandom());
    private static final String KEY_OBJECT = "keys/00000001.age";
    private static final String IDENTITY = "understudy.json";

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final SampleSite site = new SampleSite(store, time.clock(), KEY, RECIPIENTS);
    private final Repository full = site.repository();

    @TempDir
    Path folder;

    private Manifest manifest;

    @BeforeEach
    void aSnapshot() {
        manifest = site.commit(id(1, 1), 1);
    }

    @Test
    void whatItHoldsIsSealedAndStillWhole() throws IOException {
        assertThat(full.read(id(1, 1))).isEqualTo(manifest);
        new Verification(2).verify(full, id(1, 1), Progress.none());
        for (String key : store.keys()) {
            String stored = new String(read(key), StandardCharsets.ISO_8859_1);
            assertThat(stored).as(key).doesNotContain("row number", "small file", "media", "public", "person");
            if (!key.equals(IDENTITY) && !key.startsWith("manifests/")) {
                assertThat(key).endsWith(".age");
                assertThat(stored).startsWith("age-encryption.org/v1\n");
            }
        }
    }

    @Test
    void contentThatIsThereIsNotSentAgain() {
        byte[] content = Samples.text("new content");
        full.blobs().put(content, 0, content.length);
        int puts = store.count(Operation.PUT);
        full.blobs().put(content, 0, content.length);
        assertThat(store.count(Operation.PUT)).isEqualTo(puts);
    }

    @Test
    void eachRecipientOpensItAndNoOther() throws IOException {
        for (AgeIdentity identity : List.of(STANDBY, RECOVERY)) {
            assertThat(open(withIdentity(identity)).read(id(1, 1))).isEqualTo(manifest);
        }
        UnderstudyException e = failure(() -> open(withIdentity(AgeIdentity.generate())));
        assertThat(e.code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
        assertThat(e).hasMessageContaining(KEY_OBJECT);
    }

    @Test
    void aPrimaryWithoutIdentityKnowsWhatIsNeededAndReadsNoContent() throws IOException {
        new HeldKeys(folder).keep(full.id(), KEY);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("repository-key.json"))))
                .isEqualTo("rw-------");
        assertThat(Files.readString(folder.resolve("repository-key.json")))
                .doesNotContain(KEY.identity().reveal());
        Repository primary = open(primary());

        assertThat(primary.newest()).contains(id(1, 1));
        assertThat(primary.outline(id(1, 1))).isEqualTo(Outline.of(manifest));
        List<BlobRef> named = new ArrayList<>();
        primary.outline(id(1, 1))
                .parts()
                .forEach(part -> part.forEach(primary.blobs(), each -> named.add(each.blob())));
        assertThat(named).contains(row(), manifest.database().archive().direct().get(0));
        assertThat(primary.blobs().areReadable()).isFalse();
        assertThat(failure(() -> primary.read(id(1, 1))).code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
        assertThat(failure(() -> primary.blobs().open(row())).code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
        assertThat(failure(() -> primary.blobs()
                                .open(manifest.trees().get(0).index().direct().get(0)))
                        .code())
                .isEqualTo(ErrorCode.IDENTITY_MISSING);
        Manifest next = Manifests.sample(id(1, 2), manifest.database().archive());
        primary.commit(next, site.key());
        assertThat(full.read(id(1, 2))).isEqualTo(next);
    }

    @Test
    void withoutAnIdentityItIsSeenWhichBlobsAreThere() throws IOException {
        new HeldKeys(folder).keep(full.id(), KEY);
        Repository primary = open(primary());
        Verification verification = new Verification(2);
        Verified whole = verification.verify(full, id(1, 1), Progress.none());
        assertThat(verification.present(primary, id(1, 1), Progress.none())).isEqualTo(whole);

        String archive = full.blobs()
                .object(manifest.database().archive().direct().get(0).id());
        store.delete(full.blobs().object(row().id()));
        store.put(archive, Content.of(new byte[0]));
        assertThat(failure(() -> verification.present(primary, id(1, 1), Progress.none())))
                .hasMessageContaining("2 faults")
                .hasMessageContaining(row().id().hex())
                .extracting(UnderstudyException::code)
                .isIn(ErrorCode.BLOB_MISSING, ErrorCode.BLOB_DAMAGED);

        // The second may be longer than a sound one can be, by where the key cuts: then it is at fault twice.
        String references = full.blobs()
                .object(manifest.trees().get(0).references().direct().get(0).id());
        for (byte[] wrong : List.of(Samples.text("junk"), read(full.blobs().object(row(1).id())))) {
            store.put(references, Content.of(wrong));
            assertThat(failure(() -> verification.present(primary, id(1, 1), Progress.none())))
                    .hasMessageContaining("database site")
                    .hasMessageContaining("tree media");
        }
    }

    @Test
    void aServerThatWasNotThereWhenItWasMadeHasNoKey() {
        assertThat(failure(() -> open(primary())).code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
        new HeldKeys(folder).keep(UUID.randomUUID(), KEY);
        assertThat(failure(() -> open(primary())).code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
    }

    @Test
    void aManifestThatIsNotSealedIsRefusedThoughATrustedKeySignedIt() throws IOException {
        store.put(id(1, 2).key(), Content.of(ManifestCodec.encode(Manifests.sample(id(1, 2)), full.id(), site.key())));
        new HeldKeys(folder).keep(full.id(), KEY);
        for (Encryption encryption : List.of(withIdentity(STANDBY), primary())) {
            Repository opened = open(encryption);
            assertThat(failure(() -> opened.read(id(1, 2))).code()).isIn(ErrorCode.NOT_ENCRYPTED);
            assertThat(failure(() -> opened.outline(id(1, 2))).code()).isEqualTo(ErrorCode.NOT_ENCRYPTED);
            assertThat(opened.newest()).contains(id(1, 1));
        }
    }

    @Test
    void aConfigurationWithoutEncryptionIsRefused() {
        for (Optional<UUID> known : List.of(Optional.<UUID>empty(), Optional.of(full.id()))) {
            UnderstudyException e = failure(() -> Repository.open(
                            store, SITE, site.trusted(), time.clock(), known, Encryption.of(Optional.empty(), folder))
                    .newest());
            assertThat(e.code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
            assertThat(e.hint()).contains("encryption.identity");
        }
    }

    @Test
    void aPlainRepositoryIsRefusedWhereEncryptionIsConfigured() throws IOException {
        InMemoryFilestore plain = new InMemoryFilestore(time);
        SampleSite other = new SampleSite(plain, time.clock());
        Encryption encryption = withIdentity(STANDBY);
        assertThat(failure(() -> Repository.open(
                                plain, SITE, other.trusted(), time.clock(), Optional.empty(), encryption))
                        .code())
                .isEqualTo(ErrorCode.NOT_ENCRYPTED);
    }

    /** There is one such object: the mirror of a standby has another copy of it. */
    @Test
    void aKeyThatIsDamagedIsNoneAndIsPutBackFromAMirror() throws IOException {
        InMemoryFilestore mirror = new InMemoryFilestore(time);
        RepositoryCopy.open(mirror, full);
        byte[] genuine = read(KEY_OBJECT);
        for (int at = 0; at < genuine.length; at += 37) {
            byte[] rotten = genuine.clone();
            rotten[at] ^= 4;
            store.put(KEY_OBJECT, Content.of(rotten));
            UnderstudyException e = failure(() -> open(withIdentity(STANDBY)));
            assertThat(e.code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
            assertThat(e.hint()).contains("mirror");
        }
        store.put(KEY_OBJECT, Content.of(Arrays.copyOf(genuine, genuine.length - 1)));
        assertThat(failure(() -> open(withIdentity(STANDBY))).code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
        try (InputStream kept = mirror.open(KEY_OBJECT, 0)) {
            store.put(KEY_OBJECT, Content.of(kept.readAllBytes()));
        }
        assertThat(open(withIdentity(STANDBY)).read(id(1, 1))).isEqualTo(manifest);
    }

    @Test
    void aContentThatIsNotSealedOrNotTheOneIsDamaged() throws IOException {
        String object = full.blobs().object(row().id());
        byte[] sealed = read(object);
        byte[] flipped = sealed.clone();
        flipped[sealed.length - 1] ^= 1;
        byte[] foreign =
                AgeFiles.seal(new byte[] {1, 2, 3}, List.of(KEY.identity().recipient()));
        for (byte[] wrong : List.of(flipped, foreign, Samples.text("plain"), new byte[0])) {
            store.put(object, Content.of(wrong));
            assertThat(failure(() -> full.blobs().open(row()).readAllBytes()).code())
                    .isEqualTo(ErrorCode.BLOB_DAMAGED);
        }
        store.put(object, Content.of(read(full.blobs().object(row(1).id()))));
        assertThat(failure(() -> full.blobs().open(row()).readAllBytes()).code())
                .isEqualTo(ErrorCode.BLOB_DAMAGED);
        store.delete(object);
        store.put(row().id().key(), Content.of(sealed));
        assertThat(failure(() -> full.blobs().open(row())).code()).isEqualTo(ErrorCode.BLOB_MISSING);
    }

    @Test
    void anIdentityThatIsWrittenAgainSaysThatItIsEncrypted() throws IOException {
        String before = new String(read(IDENTITY), StandardCharsets.UTF_8);
        store.put(IDENTITY, Content.of(Samples.text("{}")));
        full.repairIdentity();
        assertThat(new String(read(IDENTITY), StandardCharsets.UTF_8))
                .isEqualTo(before)
                .contains("\"encryption\":{\"version\":1");
    }

    /** Without its signature a person who may write into the filestore could have the servers use a key of its own. */
    @Test
    void aKeyThatNoTrustedServerSignedIsRefused() throws IOException {
        SigningKey stranger = SigningKey.generate(folder.resolve("stranger.pem"));
        KeyObject.write(store, full.id(), SITE, RepositoryKey.generate(new SecureRandom()), RECIPIENTS, stranger);
        Encryption encryption = withIdentity(STANDBY);
        assertThat(failure(() -> open(encryption)).code()).isEqualTo(ErrorCode.SIGNER_UNKNOWN);
        KeyObject.write(store, UUID.randomUUID(), SITE, KEY, RECIPIENTS, site.key());
        assertThat(failure(() -> open(encryption)).code().judgesContent()).isTrue();
        KeyObject.write(store, full.id(), "another", KEY, RECIPIENTS, site.key());
        assertThat(failure(() -> open(encryption)).code()).isEqualTo(ErrorCode.WRONG_SITE);
        store.put(KEY_OBJECT, Content.of(AgeFiles.seal(Samples.text("no lines"), RECIPIENTS)));
        assertThat(failure(() -> open(encryption)).code()).isEqualTo(ErrorCode.MANIFEST_DAMAGED);
        for (String line : List.of("{\"format\":1}", "{\"format\":2}", "[]")) {
            byte[] signed = SignedLine.sign(line.getBytes(StandardCharsets.UTF_8), site.key());
            store.put(KEY_OBJECT, Content.of(AgeFiles.seal(signed, RECIPIENTS)));
            assertThat(failure(() -> open(encryption)).code().judgesContent()).isTrue();
        }
    }

    @Test
    void anEncryptionOfALaterVersionIsRefused() throws IOException {
        Encryption encryption = withIdentity(STANDBY);
        String signed = new String(read(id(1, 1).key()), StandardCharsets.UTF_8);
        String line = signed.substring(0, signed.indexOf('\n')).replace("\"version\":1", "\"version\":2");
        store.put(
                id(1, 2).key(),
                Content.of(SignedLine.sign(
                        line.replace("00000001-00000001", "00000001-00000002").getBytes(StandardCharsets.UTF_8),
                        site.key())));
        assertThat(failure(() -> full.read(id(1, 2))).code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN);
        String identity = new String(read(IDENTITY), StandardCharsets.UTF_8);
        store.put(IDENTITY, Content.of(Samples.text(identity.replace("\"version\":1", "\"version\":2"))));
        assertThat(failure(() -> open(encryption)).code()).isEqualTo(ErrorCode.FORMAT_UNKNOWN);
    }

    /** Retention would follow the outline, and an import the manifest. */
    @Test
    void anOutlineOfAnotherManifestIsRefused() {
        Sealing sealing = KEY.sealing();
        Manifest other = Manifests.sample(id(1, 2), manifest.database().archive());
        Manifest shown = Manifests.sample(id(1, 2));
        String outline =
                Base64.getEncoder().encodeToString(sealing.sealOutline(RepositoryJson.line(Outline.of(shown))));
        SealedManifest sealed =
                SealedManifest.of(other, line(ManifestCodec.encode(other, full.id(), site.key())), full.id(), sealing);
        SealedManifest mixed = new SealedManifest(
                sealed.format(),
                sealed.repository(),
                sealed.site(),
                sealed.snapshot(),
                sealed.encryption(),
                outline,
                sealed.manifest());
        store.put(id(1, 2).key(), Content.of(SignedLine.sign(RepositoryJson.line(mixed), site.key())));
        assertThat(failure(() -> full.read(id(1, 2))))
                .hasMessageContaining("outline")
                .extracting(UnderstudyException::code)
                .isEqualTo(ErrorCode.MANIFEST_DAMAGED);
    }

    @Test
    void aMirrorHoldsTheSameObjectsAndIsReadWithoutTheRepository() throws IOException {
        InMemoryFilestore mirror = new InMemoryFilestore(time);
        Repository copy = RepositoryCopy.open(mirror, full);
        new Transfer(2).copy(full, copy, id(1, 1), bytes -> {}, Progress.none());
        assertThat(TransferScenario.objects(mirror)).isEqualTo(TransferScenario.objects(store));
        Repository alone =
                Repository.open(mirror, SITE, site.trusted(), time.clock(), Optional.empty(), withIdentity(RECOVERY));
        new Verification(2).verify(alone, id(1, 1), Progress.none());
    }

    /** The mirror is what is left when the filestore is gone. */
    @Test
    void aMirrorFollowsAChangeOfRecipientsAndTakesNoKeyOfAStranger() throws IOException {
        InMemoryFilestore mirror = new InMemoryFilestore(time);
        RepositoryCopy.open(mirror, open(withIdentity(STANDBY)));
        AgeIdentity added = AgeIdentity.generate();
        KeyObject.write(store, full.id(), SITE, KEY, List.of(STANDBY.recipient(), added.recipient()), site.key());
        Repository opened = open(withIdentity(STANDBY));
        RepositoryCopy.open(mirror, opened);
        assertThat(KeyObject.open(mirror, List.of(added), full.id(), SITE, site.trusted())
                        .recipients())
                .hasSize(2);

        KeyObject.write(store, full.id(), SITE, KEY, RECIPIENTS, SigningKey.generate());
        assertThat(failure(() -> RepositoryCopy.open(mirror, opened)).code()).isEqualTo(ErrorCode.SIGNER_UNKNOWN);
        KeyObject.open(mirror, List.of(added), full.id(), SITE, site.trusted());

        new HeldKeys(folder).keep(full.id(), KEY);
        RepositoryCopy.open(mirror, open(primary()));
        KeyObject.open(mirror, List.of(added), full.id(), SITE, site.trusted());
        InMemoryFilestore lacking = new InMemoryFilestore(time);
        RepositoryCopy.open(lacking, open(primary()));
        assertThat(lacking.keys()).contains(KEY_OBJECT);
    }

    @Test
    void garbageIsFoundWithoutAnyKeyOfContent() {
        BlobRef garbage = full.blobs().put(new byte[] {1, 2, 3}, 0, 3);
        new HeldKeys(folder).keep(full.id(), KEY);
        Repository primary = open(primary());
        time.advance(java.time.Duration.ofDays(3));
        Instant before = time.now().minus(java.time.Duration.ofDays(1));
        ReferencedBlobs needed = new ReferencedBlobs(primary, primary.blobs());
        needed.add(primary.list(), Progress.none());
        assertThat(needed.garbage(before).map(info -> info.key()))
                .containsExactly(full.blobs().object(garbage.id()));
    }

    private Repository open(Encryption encryption) {
        return Repository.open(store, SITE, site.trusted(), time.clock(), Optional.empty(), encryption);
    }

    private Encryption primary() {
        return Encryption.of(Optional.of(new EncryptionSettings(RECIPIENTS, Optional.empty())), folder);
    }

    private Encryption withIdentity(AgeIdentity identity) throws IOException {
        Path file = Files.writeString(folder.resolve("identity.txt"), identity.reveal());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return Encryption.of(Optional.of(new EncryptionSettings(List.of(), Optional.of(file))), folder);
    }

    private BlobRef row() {
        return row(0);
    }

    private BlobRef row(int number) {
        return Manifests.rows(manifest, full.blobs()).direct().get(number);
    }

    private byte[] read(String key) throws IOException {
        try (InputStream in = store.open(key, 0)) {
            return in.readAllBytes();
        }
    }

    private static byte[] line(byte[] signed) {
        String text = new String(signed, StandardCharsets.UTF_8);
        return text.substring(0, text.indexOf('\n')).getBytes(StandardCharsets.UTF_8);
    }

    private static UnderstudyException failure(ThrowingCallable call) {
        UnderstudyException e = catchThrowableOfType(UnderstudyException.class, call);
        assertThat(e).isNotNull();
        return e;
    }
}

package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.age.AgeIdentity;
import io.understudy.age.Recipient;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.OrphanTaker;
import io.understudy.primary.capture.OrphanTaker.Saved;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.retention.Pruning;
import io.understudy.primary.retention.RetentionRules;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.Encryption;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.repository.key.SigningKey;
import io.understudy.site.Marker;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An old primary comes back to a repository that was encrypted, or got another key, while it was away. */
class OrphanOfEncryptedTest {
    private static final AgeIdentity A = AgeIdentity.generate();
    private static final AgeIdentity B = AgeIdentity.generate();
    private static final List<Recipient> BOTH = List.of(A.recipient(), B.recipient());
    private static final SnapshotId SHIPPED = new SnapshotId(1, 1);
    private static final SnapshotId ORPHAN = new SnapshotId(1, 2);

    @TempDir
    Path folder;

    private PrimaryFixture old;
    private KeyRing keys;
    /** Of the server that was promoted. */
    private Path state;

    @BeforeEach
    void promotedAndEncrypted() throws IOException {
        old = new PrimaryFixture(Files.createDirectory(folder.resolve("old")));
        old.taker(Events.none()).take(SnapshotRequest.of(List.of()), Progress.none());
        old.database.rows("1\tfirst", "2\tnever shipped");
        SigningKey.generate(folder.resolve("b.pem"));
        old.key.writePublic(folder.resolve("old.pem"));
        keys = new KeyRing(
                new SigningSettings(Optional.of(folder.resolve("b.pem")), List.of(folder.resolve("old.pub.pem"))));
        state = folder.resolve("state");
        EpochClaim claim = new EpochClaim(2, "b", old.time.now(), "promote", "theirs");
        old.repository.epochs().claim(claim, old.key);
        new EpochStore(state).hold(claim.of(Optional.of(old.repository.id())));
        encrypting().prepare(NewEncryption.ofPlain(BOTH, state, sheet -> {}), Optional.empty(), Progress.none());
        encrypting().change(Progress.none());
    }

    private Pruning retention(Encryption encryption) {
        return new Pruning(
                new Pruning.Host(
                        "b",
                        state,
                        new Marker(folder.resolve("BACKUP")),
                        new EpochStore(state),
                        () -> open(encryption),
                        old.time.clock(),
                        ZoneOffset.UTC,
                        List.of(),
                        old.time),
                RetentionRules.same(RetentionSettings.DEFAULT),
                Events.none());
    }

    private Encrypting encrypting() {
        return new Encrypting(
                old.filestore, open(Encryption.NONE), keys, state, retention(Encryption.NONE), old.time.clock());
    }

    /** The promoted server makes another key. */
    private void rekey() throws IOException {
        new Rekeying(recipients(), keys, state, retention(Encryption.withIdentity(file(B))), old.time.clock(), old.time)
                .run(false, Optional.empty(), Progress.none());
    }

    private KeyRecipients recipients() throws IOException {
        return KeyRecipients.of(
                old.filestore, open(Encryption.withIdentity(file(B))), keys, Optional.of(file(B)), Optional.empty());
    }

    private Path file(AgeIdentity identity) throws IOException {
        Path file = folder.resolve(identity.recipient().text());
        Files.writeString(file, identity.reveal());
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private Repository open(Encryption encryption) {
        return Repository.open(
                old.filestore,
                PrimaryFixture.SITE,
                keys.trusted(),
                old.time.clock(),
                Optional.of(old.repository.id()),
                encryption);
    }

    private Saved save(Encryption encryption) {
        return new OrphanTaker(
                        old.state, old.marker, old.epochs, () -> open(encryption), () -> old.key, old.source(), 2)
                .save(Set.of(), false, Progress.none());
    }

    /** The public half of the key, and no identity, as a primary has it. */
    private Encryption publicHalf() throws IOException {
        Files.copy(
                StateEntry.REPOSITORY_KEY.in(state),
                StateEntry.REPOSITORY_KEY.in(old.state),
                StandardCopyOption.REPLACE_EXISTING);
        return Encryption.ofPrimary(old.state);
    }

    private void assertSaved(Saved saved) throws IOException {
        Manifest orphan = saved.orphan().orElseThrow();
        assertThat(orphan.snapshot()).isEqualTo(ORPHAN);
        for (AgeIdentity identity : List.of(A, B)) {
            Repository orphans = open(Encryption.withIdentity(file(identity))).orphans();
            assertThat(orphans.read(ORPHAN)).isEqualTo(orphan);
            new Verification(2).verify(orphans, ORPHAN, Progress.none());
        }
        assertThat(orphan.totals().rows()).isEqualTo(2);
    }

    private void assertRefused(ThrowingCallable work, String why) {
        List<String> before = old.filestore.keys();
        assertThatThrownBy(work).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.IDENTITY_MISSING);
            assertThat(e).hasMessageContaining(why);
            assertThat(e.hint()).contains("encryption.identity");
        });
        // Nothing plain, and nothing for another key, comes into the filestore.
        assertThat(old.filestore.keys()).isEqualTo(before);
    }

    @Test
    void withAnIdentityItsOrphanIsEncrypted() throws IOException {
        List<String> plain = plainBlobs();

        Saved saved = save(Encryption.withIdentity(file(A)));

        assertSaved(saved);
        assertThat(saved.shipped()).contains(SHIPPED);
        assertThat(plainBlobs()).isEqualTo(plain);
    }

    @Test
    void asAPlainOneItIsRefused() {
        assertRefused(() -> save(Encryption.NONE), "was encrypted since this server was the primary");
    }

    /** After a month nothing of its epoch is left that would show it. */
    @Test
    void asAPlainOneItIsRefusedThoughAllItShippedIsGone() throws IOException {
        Repository theirs = open(Encryption.withIdentity(file(B)));
        theirs.commit(renamed(theirs.read(SHIPPED), new SnapshotId(2, 5)), old.key);
        old.repository.delete(SHIPPED);

        assertRefused(() -> save(Encryption.NONE), "was encrypted since this server was the primary");
    }

    private static Manifest renamed(Manifest as, SnapshotId snapshot) {
        return new Manifest(
                as.format(),
                as.site(),
                snapshot,
                as.periods(),
                null,
                as.moment(),
                as.walLsn(),
                "b",
                as.versions(),
                as.databases(),
                as.trees(),
                as.totals(),
                as.last(),
                as.carried(),
                as.closure());
    }

    /** It knows the repository's key, and reads nothing with it. */
    @Test
    void withTheNewestPublicHalfItsOrphanIsEncrypted() throws IOException {
        assertSaved(save(publicHalf()));
    }

    @Test
    void afterARekeyItTakesTheNewestKey() throws IOException {
        rekey();

        assertSaved(save(Encryption.withIdentity(file(A))));

        assertThat(old.filestore.open("orphans/" + ORPHAN + ".json", 0).readAllBytes())
                .asString()
                .contains("\"key\":2");
    }

    /** The key that it holds may be in wrong hands, which is why there is another one. */
    @Test
    void withTheKeyOfBeforeTheRekeyItIsRefused() throws IOException {
        Encryption before = publicHalf();
        rekey();

        assertRefused(() -> save(before), "it has key 1, and 2 is the newest");
    }

    private List<String> plainBlobs() {
        return old.filestore.keys().stream()
                .filter(key -> key.startsWith("blobs/") && key.endsWith(".zst"))
                .toList();
    }
}

package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.decoder.Decoder;
import io.understudy.age.AgeIdentity;
import io.understudy.age.Recipient;
import io.understudy.config.EncryptionSettings;
import io.understudy.config.Settings.SigningSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.Initialisation.Initialised;
import io.understudy.repository.Encryption;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.site.Marker;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.LoseAcknowledgement;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewEncryptionTest {
    private static final AgeIdentity STANDBY = AgeIdentity.generate();
    private static final AgeIdentity OFFLINE = AgeIdentity.generate();
    private static final String KEY = "keys/00000001.age";

    private final FakeTicker time = new FakeTicker();
    private final InMemoryFilestore store = new InMemoryFilestore(time);
    private final List<RecoverySheet> sheets = new ArrayList<>();

    @TempDir
    Path folder;

    @Test
    void makesTheRecoveryKeyThatIsMissing() throws IOException {
        Initialised made = init("a").run(Optional.of(encryption("a", STANDBY.recipient())));

        assertThat(made.recipients()).hasSize(2).contains(STANDBY.recipient().text());
        AgeIdentity recovery = sheets.get(0).recovery().orElseThrow();
        for (AgeIdentity identity : List.of(STANDBY, recovery)) {
            assertThat(open(made, Encryption.withIdentity(file(identity)))
                            .blobs()
                            .areReadable())
                    .isTrue();
        }
        Repository own = open(made, Encryption.ofPrimary(folder.resolve("state-a")));
        assertThat(own.blobs().areReadable()).isFalse();
        assertThat(own.id()).isEqualTo(made.repository());
    }

    @Test
    void makesNoneWhereTheConfigurationHasTwo() {
        Initialised made = init("a").run(Optional.of(encryption("a", STANDBY.recipient(), OFFLINE.recipient())));
        assertThat(made.recipients())
                .containsExactly(STANDBY.recipient().text(), OFFLINE.recipient().text());
        assertThat(sheets.get(0).recovery()).isEmpty();
        assertThat(sheets.get(0).text()).contains(OFFLINE.recipient().text()).doesNotContain("AGE-SECRET-KEY");
    }

    @Test
    void wantsARecipient() {
        assertThatThrownBy(() -> encryption("a"))
                .isInstanceOf(UnderstudyException.class)
                .hasMessageContaining("encryption.recipients");
        assertThatThrownBy(() -> NewEncryption.of(Optional.empty(), folder, sheets::add))
                .isInstanceOf(UnderstudyException.class);
    }

    /** It would take all content with it. */
    @Test
    void theKeyOfARepositoryThatIsThereIsNotReplaced() throws IOException {
        init("a").run(Optional.of(encryption("a", STANDBY.recipient())));
        byte[] before = read(KEY);
        for (String server : List.of("a", "b")) {
            assertThat(failure(server).code()).isEqualTo(ErrorCode.REPOSITORY_EXISTS);
        }
        assertThat(read(KEY)).isEqualTo(before);
        assertThat(sheets).hasSize(1);
    }

    @Test
    void noPlainRepositoryIsMadeOneThatIsEncrypted() {
        init("a").run();
        assertThat(failure("b").code()).isEqualTo(ErrorCode.REPOSITORY_EXISTS);
        assertThat(store.keys()).doesNotContain(KEY);
    }

    @Test
    void anAttemptThatFailedIsRepeatedWithAKeyOfItsOwn() throws IOException {
        for (String key : List.of("understudy.json", KEY, "epochs/00000001.json")) {
            for (Faults.Fault fault : List.of(
                    new Fail(ErrorCode.FILESTORE_UNREACHABLE),
                    new LoseAcknowledgement(ErrorCode.FILESTORE_UNREACHABLE))) {
                String server = UUID.randomUUID().toString();
                store.keys().forEach(store::delete);
                sheets.clear();
                store.inject((operation, touched) ->
                        (operation == Operation.PUT_IF_ABSENT || operation == Operation.PUT) && touched.equals(key)
                                ? fault
                                : new Faults.None());
                assertThat(failure(server).code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
                store.inject(Faults.none());

                Initialised made = init(server).run(Optional.of(encryption(server, STANDBY.recipient())));

                AgeIdentity last = sheets.get(sheets.size() - 1).recovery().orElseThrow();
                assertThat(open(made, Encryption.withIdentity(file(last))).id()).isEqualTo(made.repository());
            }
        }
    }

    /** A sheet that cannot be written down must not be the only key of a repository. */
    @Test
    void noKeyIsStoredWhoseSheetIsLost() {
        NewEncryption encryption = NewEncryption.of(
                Optional.of(new EncryptionSettings(List.of(STANDBY.recipient()), Optional.empty())),
                folder.resolve("state-a"),
                sheet -> {
                    throw new UnderstudyException(ErrorCode.FILE_FAILED, "cannot write", "make room");
                });
        assertThatThrownBy(() -> init("a").run(Optional.of(encryption))).hasMessage("cannot write");
        assertThat(store.keys()).doesNotContain(KEY, "epochs/00000001.json");
    }

    @Test
    void theSheetHasTheKeyAsTextAndAsAQrCodeThatNeedsNothingFromElsewhere() throws Exception {
        RecoverySheet sheet = new RecoverySheet(
                "a <b> & c", new UUID(1, 2), "file:///srv", List.of(STANDBY.recipient()), Optional.of(OFFLINE));
        String html = sheet.html();
        assertThat(html)
                .contains(
                        "a &lt;b&gt; &amp; c",
                        OFFLINE.reveal(),
                        OFFLINE.recipient().text(),
                        "<svg")
                .doesNotContain("<script", "http://a", "https://", "src=");
        assertThat(sheet.text()).contains(OFFLINE.reveal(), "age -d");
        assertThat(sheet.toString()).doesNotContain(OFFLINE.reveal());
        BitMatrix modules = QrCode.modules(OFFLINE.reveal());
        int margin = modules.getEnclosingRectangle()[0];
        assertThat(margin).isEqualTo(4);
        int size = modules.getWidth() - 2 * margin;
        BitMatrix code = new BitMatrix(size);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                if (modules.get(x + margin, y + margin)) {
                    code.set(x, y);
                }
            }
        }
        assertThat(new Decoder().decode(code).getText()).isEqualTo(OFFLINE.reveal());
    }

    private Initialisation init(String server) {
        return new Initialisation(
                "example",
                server,
                store,
                new KeyRing(new SigningSettings(Optional.of(folder.resolve(server + ".pem")), List.of())),
                new EpochStore(folder.resolve("state-" + server)),
                new Marker(folder.resolve("BACKUP")),
                time.clock());
    }

    private NewEncryption encryption(String server, Recipient... recipients) {
        return NewEncryption.of(
                Optional.of(new EncryptionSettings(List.of(recipients), Optional.empty())),
                folder.resolve("state-" + server),
                sheets::add);
    }

    private UnderstudyException failure(String server) {
        return catchThrowableOfType(
                UnderstudyException.class,
                () -> init(server).run(Optional.of(encryption(server, STANDBY.recipient()))));
    }

    private Repository open(Initialised made, Encryption encryption) {
        return Repository.open(
                store,
                "example",
                TrustedKeys.load(List.of(made.publicKey())),
                time.clock(),
                Optional.empty(),
                encryption);
    }

    private Path file(AgeIdentity identity) throws IOException {
        Path file = folder.resolve("identity.txt");
        Files.writeString(file, identity.reveal());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private byte[] read(String key) throws IOException {
        try (InputStream in = store.open(key, 0)) {
            return in.readAllBytes();
        }
    }
}

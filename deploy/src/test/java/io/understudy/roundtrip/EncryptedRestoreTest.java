package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.age.AgeIdentity;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.repository.KeyObject;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.tree.FileContent;
import io.understudy.testing.PostgresServer;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page's commands restore an encrypted repository with {@code age} and the recovery key, and stop without it. */
@Tag("slow")
@Timeout(300)
class EncryptedRestoreTest {
    private static final AgeIdentity RECOVERY = AgeIdentity.generate();
    private static final RepositoryKey KEY = RepositoryKey.generate(new SecureRandom());
    private static final String CHECKED = "echo \"all blobs are whole\"";

    @TempDir
    private static Path home;

    private static RecoverySite site;
    private static PostgresServer other;

    @TempDir
    private Path temp;

    private final PageScript page = PageScript.read(Path.of("docs/restore-by-hand.md"));
    private String database;

    @BeforeAll
    static void takeASnapshot() throws IOException {
        site = RecoverySite.create(home, PostgresServer.shared(), KEY.sealing());
        writeKey(KEY, site.signer());
        other = PostgresServer.start(List.of());
    }

    @AfterAll
    static void stop() {
        if (other != null) {
            other.close();
        }
    }

    @Test
    void bringsBackTheDatabaseAndEveryTree() throws IOException {
        assertThat(site.hasContent(content -> content instanceof FileContent.Split))
                .isTrue();
        assertThat(site.hasContent(content -> content.packed()
                        .filter(packed -> packed.packs().size() > 1)
                        .isPresent()))
                .isTrue();
        String output = run(settings(identity(RECOVERY))).successful();

        assertThat(output).contains("\"snapshot\": \"" + site.newest().snapshot() + "\"");
        assertThat(other.dump(database)).isEqualTo(site.newest().dump());
        for (String tree : RecoverySite.TREES) {
            assertThat(TreePrint.of(temp.resolve("restored").resolve(tree)))
                    .isEqualTo(site.newest().trees().get(tree));
        }
    }

    @Test
    void stopsWithAnotherIdentityOrNone() throws IOException {
        assertStops(settings(identity(AgeIdentity.generate())), "does not open keys/00000001.age");
        assertStops(settings(""), "is encrypted: set identity in step 1");
    }

    @Test
    void stopsAtAKeyThatNoTrustedServerSigned() throws IOException {
        writeKey(KEY, SigningKey.load(home.resolve("foreign.pem")));
        try {
            assertStops(settings(identity(RECOVERY)), "keys/00000001.age is signed by none of");
        } finally {
            writeKey(KEY, site.signer());
        }
    }

    @Test
    void stopsAtABlobThatIsAlteredOrAnother() throws IOException {
        Path blob = site.repository().resolve(site.opened().blobs().object(site.rows()));
        byte[] before = Files.readAllBytes(blob);
        byte[] altered = before.clone();
        altered[before.length - 1] ^= 1;
        byte[] another = Files.readAllBytes(
                site.repository().resolve(site.opened().blobs().object(site.archive())));
        try {
            for (byte[] wrong : List.of(altered, another)) {
                Files.write(blob, wrong);
                assertStops(settings(identity(RECOVERY)), "is damaged or missing");
            }
        } finally {
            Files.write(blob, before);
        }
    }

    private static void writeKey(RepositoryKey key, SigningKey signer) {
        KeyObject.write(
                new DirectoryFilestore(site.repository()),
                site.opened().id(),
                RecoverySite.SITE,
                key,
                List.of(RECOVERY.recipient(), AgeIdentity.generate().recipient()),
                signer);
    }

    private void assertStops(PageScript script, String said) throws IOException {
        PageScript.Ended ended = run(script.until(CHECKED));
        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.errors()).contains("STOP: ").contains(said);
    }

    private Path identity(AgeIdentity identity) throws IOException {
        return Files.writeString(temp.resolve("recovery.txt"), identity.reveal() + "\n");
    }

    private PageScript settings(Object identity) {
        database = other.newName("restored");
        return page.with("site", RecoverySite.SITE)
                .with("repository", site.repository())
                .with("keys", site.key())
                .with("identity", identity)
                .with("database", database)
                .with("folder", temp.resolve("restored"));
    }

    private PageScript.Ended run(PageScript script) throws IOException {
        Map<String, String> environment = other.environment("postgres", PostgresServer.SUPERUSER, other.password());
        return script.with("PGHOST", other.host()).with("PGPORT", other.port()).run(temp, environment, other.tools());
    }
}

package io.understudy.filestore.s3;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.SettingsFile;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Filestores;
import io.understudy.testing.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that are renewed in the store and on disk while an agent runs. */
class RenewedKeysTest {
    @TempDir
    private Path folder;

    private S3Server server;
    private Filestore store;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.start();
        server.createBucket("backups");
        write(S3Server.ACCESS_KEY, S3Server.SECRET_KEY);
        store = Filestores.open(SettingsFile.load(config()).filestore());
        store.put("a", content("first"));
    }

    @AfterEach
    void stop() throws IOException {
        store.close();
        server.close();
    }

    /** Each kind of request: each is refused in its own way. */
    @Test
    void countWithoutARestart() throws IOException {
        renew("two");
        store.put("b", content("second"));
        renew("three");
        assertThat(store.putIfAbsent("c", new byte[] {3})).isTrue();
        renew("four");
        assertThat(store.stat("a")).isPresent();
        renew("five");
        assertThat(store.stat("missing")).isEmpty();
        renew("six");
        try (InputStream in = store.open("a", 0)) {
            assertThat(in.readAllBytes()).asString().isEqualTo("first");
        }
        renew("seven");
        assertThat(store.list("", "").map(each -> each.key())).containsExactly("a", "b", "c");
        renew("eight");
        store.delete("a");
        assertThat(store.stat("a")).isEmpty();
    }

    @Test
    void thoseThatStillWorkAreUsedUntilTheyAreRefused() throws IOException {
        write("next", "secret-next");
        store.put("b", content("second"));
        server.renewKeys("next", "secret-next");
        store.put("c", content("third"));
    }

    @Test
    void aKeyWithoutItsSecretIsRefusedUntilBothFilesAreThere() throws IOException {
        server.renewKeys("next", "secret-next");
        assertFails(ErrorCode.FILESTORE_DENIED, () -> store.put("b", content("second")));
        Files.writeString(folder.resolve("access"), "next\n");
        assertFails(ErrorCode.FILESTORE_DENIED, () -> store.put("b", content("second")));
        Files.writeString(folder.resolve("secret"), "secret-next\n");
        store.put("b", content("second"));
    }

    private void renew(String name) throws IOException {
        write(name, "secret-" + name);
        server.renewKeys(name, "secret-" + name);
    }

    private void write(String access, String secret) throws IOException {
        Files.writeString(folder.resolve("access"), access + "\n");
        Files.writeString(folder.resolve("secret"), secret + "\n");
    }

    private Path config() throws IOException {
        return Files.writeString(folder.resolve("understudy.yaml"), """
                site: example
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:5433/site", user: site}
                filestore:
                  url: s3://backups/example
                  endpoint: %2$s
                  region: us-east-1
                  access_key_file: %1$s/access
                  secret_key_file: %1$s/secret
                """.formatted(folder, server.endpoint()));
    }

    private static Content content(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8));
    }
}

package io.understudy.filestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.S3Server;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilestoresTest {
    @TempDir
    private Path folder;

    @Test
    void opensAFolder() throws Exception {
        Path spaced = Files.createDirectory(folder.resolve("größe und mehr"));
        try (Filestore store = Filestores.open(settings(spaced.toUri()))) {
            store.put("a", Content.of(new byte[3]));
            assertThat(spaced.resolve("a")).hasSize(3);
            assertThat(store.name()).isEqualTo("file://" + spaced);
        }
    }

    @Test
    void opensABucketWithoutConnecting() {
        try (Filestore store = Filestores.open(settings(URI.create("s3://backups/example/")))) {
            assertThat(store.name()).isEqualTo("s3://backups/example");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sftp://user@host/",
                "sftp://user:secret@host/x",
                "/srv/x",
                "file:x",
                "file://host/x",
                "file:///x?y",
                "http://x",
                "s3://key:secret@backups/x"
            })
    void saysWhatItCannotOpen(String url) {
        assertThatThrownBy(() -> Filestores.open(settings(URI.create(url))))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
                    assertThat(e.hint()).contains("s3://");
                })
                .hasMessageStartingWith("cannot open the filestore: ")
                .hasMessageContaining("filestore.url")
                .hasMessageNotContaining("secret@");
    }

    private static FilestoreSettings settings(URI url) {
        return S3Server.settings(url, URI.create("http://127.0.0.1:9"), "access", "secret");
    }
}

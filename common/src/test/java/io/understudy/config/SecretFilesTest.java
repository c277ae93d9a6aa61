package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFilesTest {
    @TempDir
    Path folder;

    private Path file(String name, String text, String mode) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    @Test
    void aConfigurationWithASecretThatOthersMayReadIsWarnedOf() throws IOException {
        String text = "database:\n  password: secret\nfilestore:\n  secret_key: key\n";
        assertThat(SettingsFile.openSecrets(file("a", text, "rw-r--r--")))
                .containsExactly(
                        folder.resolve("a") + ", which holds database.password, can be read by every user of this"
                                + " server: chmod o-rwx " + folder.resolve("a"),
                        folder.resolve("a") + ", which holds filestore.secret_key, can be read by every user of this"
                                + " server: chmod o-rwx " + folder.resolve("a"));
        assertThat(SettingsFile.openSecrets(file("b", text, "rw-r-----"))).isEmpty();
    }

    @Test
    void aConfigurationWithoutASecretIsNot() throws IOException {
        String text = "site: example\ndatabase:\n  user: site\n  password: ${PASSWORD}\n";
        assertThat(SettingsFile.openSecrets(file("a", text, "rw-r--r--"))).isEmpty();
    }

    @Test
    void filesThatItNamesAreWarnedOfToo() throws IOException {
        Path password = file("password", "secret", "rw-r--r--");
        Path sound = file("sound", "secret", "rw-------");
        Path key = file("key.pem", "key", "rw-rw-r--");
        String text = "database:\n  password_file: " + password + "\nfilestore:\n  access_key_file: " + sound
                + "\n  session_token_file: /nonexistent\ntls:\n  key: " + key + "\n";
        assertThat(SettingsFile.openSecrets(file("a", text, "rw-r--r--")))
                .hasSize(2)
                .anyMatch(each -> each.startsWith(password + ", which is database.password_file"))
                .anyMatch(each -> each.startsWith(key + ", which is tls.key"));
    }
}

package io.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each was once an internal error: a stack that overflowed, or an exception of the library's own. */
class HostileSettingsTest {
    private static final String SMALLEST = """
            site: example
            marker: /srv/site/priv/BACKUP
            database: {url: "jdbc:postgresql://127.0.0.1:5433/site", user: site}
            filestore: {url: "file:///srv/understudy"}
            """;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"\"\\u", "site: \"\\u12", "site: \"\\U0001\"", "site: \"\\xZZ\""})
    void anEscapeWithoutItsDigitsIsAFaultOfTheFile(String text) {
        assertThat(fault(text).code()).isEqualTo(ErrorCode.CONFIG_INVALID);
    }

    @Test
    void aNameMayBeLong() {
        String many = "b" + ".ne".repeat(20_000);
        assertThat(fault(SMALLEST + "primary: {replicas: ['" + many + ".?']}\n"))
                .hasMessageContaining("primary.replicas must be a list of DNS names");
    }

    @Test
    void aPathMayHaveThousandsOfParents() {
        String deep = "/a".repeat(5_000);
        assertThat(fault(SMALLEST + "state: " + deep + "/state\ntrees: [{name: m, kind: files, path: " + deep + "}]\n"))
                .hasMessageContaining("state must not lie in a tree, but lies in m");
    }

    private UnderstudyException fault(String text) {
        return catchThrowableOfType(UnderstudyException.class, () -> load(text));
    }

    private void load(String text) {
        try {
            SettingsFile.load(Files.writeString(folder.resolve("c.yaml"), text), Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

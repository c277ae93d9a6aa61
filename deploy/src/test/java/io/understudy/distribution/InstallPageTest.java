package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.TlsSettings;
import io.understudy.testing.Programs;
import io.understudy.transport.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code install.md} make what the agents accept. */
class InstallPageTest {
    @TempDir
    Path folder;

    @Test
    void theCommandsOfThePageMakeCertificatesThatBothServersAccept() throws IOException {
        String page = Files.readString(Path.of("docs/install.md"));
        String block = page.substring(
                page.indexOf("<!-- certificates: begin -->"), page.indexOf("<!-- certificates: end -->"));
        String script = block.substring(block.indexOf("```") + 3, block.lastIndexOf("```"));

        Programs.run(List.of("bash", "-euc", "cd \"$FOLDER\"\n" + script), Map.of("FOLDER", folder.toString()), "");

        for (String server : List.of("a.example.net", "b.example.net")) {
            TlsSettings tls = new TlsSettings(
                    folder.resolve(server + ".pem"), folder.resolve(server + ".key"), folder.resolve("ca.pem"));
            assertThat(new Transport(Optional.of(tls)).requireAccepted(Instant.now()))
                    .isPresent();
        }
    }
}

package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of which Debian release {@code deploy/image} makes its image: mmdebstrap is a script, so nothing is fetched. */
class ImageScriptTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private Path checkout;

    @BeforeEach
    void aCheckoutOfItsOwn() throws IOException {
        checkout = folder.resolve("checkout");
        Folders.copy(Path.of("image"), checkout.resolve("deploy/image"));
        Folders.copy(Path.of("../pom.xml"), checkout.resolve("pom.xml"));
        Files.createDirectories(checkout.resolve("deploy/container"));
        Files.createFile(checkout.resolve("deploy/container/healthy"));
        Files.createFile(checkout.resolve("deploy/container/supervise"));
        script("checkout/deploy/setup", "exit 0");
        script("checkout/deploy/target/understudy/bin/agent-primary", "exit 0");
        script("programs/mmtarfilter", "exec cat");
        script("programs/dpkg", "echo amd64");
        // Its last two words are the release and the output; it makes what a release has of these names.
        script("programs/mmdebstrap", """
                echo "$*" >"$0.arguments"
                case " $* " in *' trixie - '*) version=13 ;; *' bookworm - '*) version=12 ;; *) exit 1 ;; esac
                cd "$(mktemp -d "$0.XXXXXX")" && mkdir -p usr/lib && echo "VERSION_ID=\\"$version\\"" >usr/lib/os-release
                exec tar -c ./usr
                """);
    }

    @ParameterizedTest
    @CsvSource({"'', debian 12", "--on trixie, debian 13", "--on bookworm, debian 12"})
    void isOfTheReleaseThatWasAskedFor(String options, String name) throws IOException {
        image(options).successful();

        Path layout = checkout.resolve("deploy/target/image");
        JsonNode index = JSON.readTree(layout.resolve("index.json").toFile());
        JsonNode manifest = blob(layout, index.at("/manifests/0/digest"));
        JsonNode config = blob(layout, manifest.at("/config/digest"));
        assertThat(config.at("/config/Labels")
                        .path("org.opencontainers.image.base.name")
                        .asText())
                .isEqualTo(name);
    }

    /** A package with a version in its name is in one release and not in the next. */
    @Test
    void namesNoPackageThatOneReleaseAloneHas() throws IOException {
        image("--on trixie").successful();

        assertThat(Files.readString(folder.resolve("programs/mmdebstrap.arguments")))
                .containsPattern(" --include=[a-z,-]+ ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--on", "--on 13", "--on --mirror"})
    void asksForARelease(String options) {
        Outcome outcome = image(options);

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.errors()).contains("--on needs a Debian release, such as trixie");
    }

    private Outcome image(String options) {
        return Program.of("bash", "-c", "exec deploy/image " + options)
                .in(checkout)
                .with(Map.of("PATH", folder.resolve("programs") + ":" + System.getenv("PATH")))
                .run(LIMIT);
    }

    private static JsonNode blob(Path layout, JsonNode digest) throws IOException {
        return JSON.readTree(layout.resolve("blobs")
                .resolve(digest.asText().replace(':', '/'))
                .toFile());
    }

    private void script(String file, String text) throws IOException {
        Path script = Folders.write(folder.resolve(file), "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}

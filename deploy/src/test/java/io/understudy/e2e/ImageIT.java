package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The image that {@code deploy/image} built, if it did: its layers unpacked into a folder, its programs run in there,
 * without an engine.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImageIT {
    private static final Path IMAGE = Path.of("target/image").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private Path folder;
    private JsonNode manifest;
    private JsonNode config;

    @BeforeAll
    void unpack() throws IOException {
        assumeTrue(Files.exists(IMAGE.resolve("index.json")), "there is no image: run deploy/image");
        manifest = JSON.readTree(blob(JSON.readTree(IMAGE.resolve("index.json").toFile())
                        .at("/manifests/0/digest")
                        .asText())
                .toFile());
        config = JSON.readTree(blob(manifest.at("/config/digest").asText()).toFile());
        folder = Files.createTempDirectory(Path.of("/var/tmp"), "understudy-image");
        for (JsonNode layer : manifest.path("layers")) {
            Program.of("tar", "-xzf", blob(layer.path("digest").asText()), "-C", folder)
                    .run(LIMIT)
                    .successful();
        }
        assumeTrue(inside("true").exitCode() == 0, "a folder can't be made a root here: the image is not tried");
    }

    @AfterAll
    void delete() {
        if (folder != null) {
            Folders.delete(folder);
        }
    }

    @Test
    void everyBlobIsWhatItsNameSays() throws IOException, NoSuchAlgorithmException {
        List<Path> blobs;
        try (Stream<Path> all = Files.list(IMAGE.resolve("blobs/sha256"))) {
            blobs = all.toList();
        }
        for (Path blob : blobs) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(blob));
            assertThat(blob).hasFileName(HexFormat.of().formatHex(digest));
        }
        assertThat(blobs).hasSize(4);
        assertThat(config.at("/config/User").asText()).isEqualTo("10001:10001");
        assertThat(config.at("/config/Healthcheck/Test/1").asText()).isEqualTo("healthy");
        assertThat(config.at("/rootfs/diff_ids")).hasSameSizeAs(manifest.path("layers"));
    }

    @Test
    void itsProgramsRun() {
        assertThat(inside("agent-primary", "--version").successful().output()).contains("0.1.0");
        assertThat(inside("agent-replica", "--version").successful().output()).contains("0.1.0");
        assertThat(inside("pg_dump", "--version").successful().output()).contains("PostgreSQL");
        assertThat(inside("pg_restore", "--version").successful().output()).contains("PostgreSQL");
        assertThat(inside("healthy", "1").exitCode()).isEqualTo(1);
    }

    /** The configuration is read and its faults are those of a place without database and keys, not of the image. */
    @Test
    void checkLooksAtEverythingThatTheShippedConfigurationNames() throws IOException {
        Files.copy(
                Path.of("compose/understudy.yaml"),
                Folders.create(folder.resolve("etc/understudy")).resolve("understudy.yaml"));
        Files.writeString(Folders.create(folder.resolve("run/secrets")).resolve("db_password"), "secret");

        Outcome outcome = inside("agent-replica", "check", "--json");

        assertThat(outcome.exitCode()).isNotIn(0, 1, ErrorCode.CONFIG_INVALID.exitCode());
        assertThat(outcome.json().path("ok").asBoolean()).isFalse();
        assertThat(outcome.output()).contains("filestore", "\"database\"").doesNotContain("tool_missing");
    }

    @Test
    void nobodyInItCanBecomeRoot() {
        assertThat(Program.of("find", folder, "-xdev", "-type", "f", "-perm", "/6000")
                        .run(LIMIT)
                        .successful()
                        .output())
                .isEmpty();
        assertThat(Program.of("find", folder, "-xdev", "-type", "b,c")
                        .run(LIMIT)
                        .successful()
                        .output())
                .isEmpty();
    }

    private static Path blob(String digest) {
        return IMAGE.resolve("blobs").resolve(digest.replace(':', '/'));
    }

    /** As the image's user, with what an engine mounts. */
    private Outcome inside(String... command) {
        String script = "mount -t proc proc \"$0/proc\" && mount --rbind /dev \"$0/dev\" && exec chroot "
                + (ROOT ? "--userspec=10001:10001 " : "") + "\"$0\" /usr/bin/env -i " + environment() + " \"$@\"";
        List<Object> line = new ArrayList<>(List.of("--mount", "--pid", "--fork", "--kill-child"));
        if (!ROOT) {
            line.add("--map-root-user");
        }
        line.addAll(List.of("sh", "-c", script, folder));
        line.addAll(List.of(command));
        return Program.of("unshare", line.toArray()).run(LIMIT);
    }

    private String environment() {
        List<String> all = new ArrayList<>();
        config.at("/config/Env").forEach(each -> all.add(each.asText()));
        return String.join(" ", all);
    }
}

package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.FailoverSettings.Rehearse;
import io.understudy.config.Settings;
import io.understudy.config.SettingsFile;
import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExampleConfigurationsTest {
    private static final Path SHIPPED = Path.of("conf");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"primary.yaml", "standby.yaml"})
    void theShippedExampleHasNoFault(String name) throws IOException {
        Settings settings = load(SHIPPED.resolve(name));

        assertThat(settings.site()).isEqualTo("example");
        assertThat(settings.trees()).hasSize(3);
        assertThat(settings.tls()).isPresent();
    }

    @Test
    void theTwoExamplesFollowEachOther() throws IOException {
        Settings primary = load(SHIPPED.resolve("primary.yaml"));
        Settings standby = load(SHIPPED.resolve("standby.yaml"));

        assertThat(standby.replica().primaries().get(0).toString())
                .startsWith(primary.primary().name());
        assertThat(primary.replica().primaries().get(0).toString())
                .startsWith(standby.primary().name());
        assertThat(primary.database())
                .usingRecursiveComparison()
                .ignoringFields("password.again")
                .isEqualTo(standby.database());
        assertThat(primary.trees()).isEqualTo(standby.trees());
        assertThat(primary.signing()).isEqualTo(standby.signing());
    }

    /** A test of the reference deployment runs them. They name each other, and each the same key and filestore. */
    @ParameterizedTest
    @ValueSource(strings = {"zotonic", "django", "wordpress"})
    void theServersOfAReferenceDeploymentDifferInNamesAlone(String name) throws IOException {
        String a = Files.readString(Path.of("examples", name, "a.yaml"));
        String b = Files.readString(Path.of("examples", name, "b.yaml"));
        String swapped = a.replace("a.example.net", "<other>")
                .replace("b.example.net", "a.example.net")
                .replace("<other>", "b.example.net")
                .replace("here: primary", "here: standby");

        assertThat(body(b)).isEqualTo(body(swapped));
    }

    /** So that {@code agent-replica rehearse-site} leaves none of a site's duties untried. */
    @ParameterizedTest
    @CsvSource({
        "zotonic, a.yaml",
        "zotonic, b.yaml",
        "django, a.yaml",
        "django, b.yaml",
        "wordpress, a.yaml",
        "wordpress, b.yaml"
    })
    void aReferenceDeploymentRehearsesItsSite(String name, String server) throws IOException {
        Rehearse rehearse = load(Path.of("examples", name, server)).failover().rehearse();

        assertThat(rehearse.read()).isNotEmpty();
        assertThat(rehearse.write()).isNotEmpty();
        assertThat(rehearse.jobs()).isNotEmpty();
    }

    /** A search by command line finds the shell that it is typed in, too, unless it says otherwise. */
    @Test
    void theProbeOfJobsPassesWhereNoneRuns() throws IOException {
        String jobs = Files.readString(Path.of("docs/dns.md"))
                .replaceFirst("(?s)^.*?\n  jobs: \\[sh, -c, \"([^\"]*)\"\\]\n.*$", "$1");

        assertThat(jobs).contains("pgrep");
        assertThat(Files.readString(SHIPPED.resolve("standby.yaml"))).contains(jobs);
        assertThat(Program.of("sh", "-c", jobs).run(Duration.ofSeconds(30)).exitCode())
                .isZero();
    }

    /** Without the first line, which says whose file it is. */
    private static String body(String text) {
        return text.substring(text.indexOf('\n'));
    }

    /** The secrets come from a server's environment and a file, which a build does not have. */
    private Settings load(Path example) throws IOException {
        Path password = Files.writeString(folder.resolve("password"), "secret");
        Path file = folder.resolve(example.getFileName());
        Files.writeString(
                file,
                Files.readString(example)
                        .replace("/etc/understudy/db.password", password.toString())
                        .replaceAll("\\$\\{S3_[A-Z_]+}", "key"));
        return SettingsFile.load(file);
    }
}

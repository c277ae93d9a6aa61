package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.provider.ValueSource;

/** How {@code bin/agent-primary} and {@code bin/agent-replica} start Java: here a script that prints its arguments. */
class LauncherTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String[] UNWARNED = {
        "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"
    };

    @TempDir
    private Path folder;

    private Path home;
    private Path agent;

    @BeforeEach
    void install() throws IOException {
        home = folder.resolve("a java");
        Files.createDirectories(home.resolve("bin"));
        Path java = Files.writeString(home.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        agent = Files.createDirectories(folder.resolve("opt/bin")).resolve("agent-primary");
        Files.copy(Path.of("bin/agent"), agent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"24", "25.0.1", "26-ea", "30.0.2"})
    void aJavaThatWarnsIsToldNotTo(String version) throws IOException {
        assertThat(arguments("JAVA_VERSION=\"" + version + "\"\n")).contains(UNWARNED);
    }

    /** One that does not know the options would not start. */
    @ParameterizedTest
    @ValueSource(strings = {"17", "17.0.2", "21.0.13.1", "23.0.2"})
    void anOlderOneGetsNoOptionThatItMayNotKnow(String version) throws IOException {
        assertThat(arguments("IMPLEMENTOR=\"24\"\nJAVA_VERSION=\"" + version + "\"\n"))
                .doesNotContain(UNWARNED)
                .contains("-Xmx256m");
    }

    @Test
    void aJavaThatDoesNotSayItsVersionIsStarted() throws IOException {
        assertThat(run().output()).contains("-Xmx256m").doesNotContain(UNWARNED);
        assertThat(arguments("JAVA_VERSION=unknown\n")).doesNotContain(UNWARNED);
    }

    /** As {@code /usr/bin/java} is a link to a link on Debian. */
    @Test
    void theVersionIsThatOfTheLinksTarget() throws IOException {
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25\"\n");
        Path programs = Files.createDirectory(folder.resolve("programs"));
        Files.createSymbolicLink(folder.resolve("alternative"), home.resolve("bin/java"));
        Files.createSymbolicLink(programs.resolve("java"), folder.resolve("alternative"));

        Outcome outcome = Program.of("env", "-u", "JAVA_HOME", agent, "--version")
                .with(Map.of("PATH", programs + ":/usr/bin:/bin"))
                .run(LIMIT)
                .successful();

        assertThat(outcome.output().lines()).contains(UNWARNED);
    }

    private String[] arguments(String release) throws IOException {
        Files.writeString(home.resolve("release"), release);
        return run().output().lines().toArray(String[]::new);
    }

    private Outcome run() {
        Outcome outcome = Program.of(agent, "--version")
                .with(Map.of("JAVA_HOME", home.toString()))
                .run(LIMIT)
                .successful();
        assertThat(outcome.errors()).isEmpty();
        return outcome;
    }
}

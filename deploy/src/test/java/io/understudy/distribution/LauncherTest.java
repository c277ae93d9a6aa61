package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        script(home.resolve("bin/java"), "printf '%s\\n' \"$@\"");
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

    /** A system without Java; apt knows the packages that are named. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "ID=debian               | openjdk-17-jre-headless                       | run apt install openjdk-17-jre-headless",
                "ID=debian               | openjdk-21-jre-headless                       | run apt install openjdk-21-jre-headless",
                "ID=ubuntu;ID_LIKE=debian | openjdk-17-jre-headless openjdk-21-jre-headless | run apt install openjdk-21-jre-headless",
                "ID=mint;ID_LIKE='ubuntu debian' |                                        | run apt install default-jre-headless",
                "ID=fedora               |                                               | run dnf install java-latest-openjdk-headless",
                "ID=rocky;ID_LIKE='rhel centos fedora' |                                  | run dnf install java-21-openjdk-headless",
                "ID=opensuse-leap;ID_LIKE='suse opensuse' |                               | run zypper install java-21-openjdk-headless",
                "NAME=other              |                                               | install a Java runtime of version 17 or later"
            })
    void withoutJavaTheHintNamesThePackageOfThisSystem(String release, String packages, String hint)
            throws IOException {
        Path system = Files.createDirectory(folder.resolve("system"));
        Files.writeString(system.resolve("os-release"), release.replace(';', '\n'));
        Path programs = Files.createDirectory(system.resolve("programs"));
        for (String program : List.of("dirname", "readlink")) {
            Files.createSymbolicLink(programs.resolve(program), Path.of("/usr/bin", program));
        }
        script(programs.resolve("apt-cache"), "case ' " + packages + " ' in *\" $3 \"*) ;; *) exit 100 ;; esac");
        Files.writeString(
                agent,
                Files.readString(agent)
                        .replace("/etc/os-release", system + "/os-release")
                        .replace("/usr/", system + "/usr/")
                        .replace(":/bin ", " "));

        Outcome outcome = Program.of(agent, "--version")
                .inEmptyEnvironment()
                .with(Map.of("PATH", programs.toString()))
                .run(LIMIT);

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.errors().lines())
                .containsExactly(
                        "error: no Java found, and version 17 or later is needed",
                        "hint: " + hint + ", or set JAVA_HOME");
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
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

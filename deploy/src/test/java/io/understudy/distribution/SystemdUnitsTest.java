package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemdUnitsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path ANALYSER = Path.of("/usr/bin/systemd-analyze");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"understudy-primary.service", "understudy-replica.service"})
    void systemdHasNothingToSayAgainstIt(String name) throws IOException {
        assumeTrue(Files.isExecutable(ANALYSER), "systemd is not here: its units are not verified");
        Path unit = Files.writeString(
                folder.resolve(name),
                Files.readString(Path.of("systemd", name)).replaceAll("ExecStart=\\S+", "ExecStart=/bin/true"));

        Outcome verified = Program.of(ANALYSER, "verify", unit).run(LIMIT);
        Outcome exposed = Program.of(ANALYSER, "security", "--offline=true", "--threshold=35", unit)
                .run(LIMIT);

        assertThat(verified.output() + verified.errors()).doesNotContain(name);
        assertThat(exposed.exitCode()).as(exposed.toString()).isZero();
    }

    /** A server changes its role without a change of files: what one agent may do, the other may too. */
    @Test
    void bothAreTheSameButForTheAgent() throws IOException {
        assertThat(settings("primary")).isEqualTo(settings("replica"));
    }

    private static List<String> settings(String agent) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("systemd", "understudy-" + agent + ".service"))) {
            return lines.filter(line -> !line.startsWith("#") && !line.startsWith("Description="))
                    .map(line -> line.replace("agent-" + agent, "agent"))
                    .toList();
        }
    }
}

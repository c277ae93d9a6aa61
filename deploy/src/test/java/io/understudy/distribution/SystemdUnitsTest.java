package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.config.ShutdownSettings;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemdUnitsTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Path ANALYSER = Path.of("/usr/bin/systemd-analyze");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"understudy-primary.service", "understudy-replica.service", "understudy-shutdown.service"})
    void systemdHasNothingToSayAgainstIt(String name) throws IOException {
        assumeTrue(Files.isExecutable(ANALYSER), "systemd is not here: its units are not verified");
        Path unit = Files.writeString(
                folder.resolve(name),
                Files.readString(Path.of("systemd", name)).replaceAll("(ExecSt\\w+)=\\S+", "$1=/bin/true"));

        Outcome verified = Program.of(ANALYSER, "verify", unit).run(LIMIT);
        Outcome exposed = Program.of(ANALYSER, "security", "--offline=true", "--threshold=35", unit)
                .run(LIMIT);

        assertThat(verified.output() + verified.errors()).doesNotContain(name);
        assertThat(exposed.exitCode()).as(exposed.toString()).isZero();
    }

    /** A server changes its role without a change of files: what one agent may do, the other may too. */
    @Test
    void bothAreTheSameButForTheAgent() throws IOException {
        List<String> givesWay = List.of("CPUWeight=20", "IOWeight=20");
        List<String> primary = new ArrayList<>(settings("primary"));
        assertThat(primary).as("the site comes first").containsAll(givesWay);
        primary.removeAll(givesWay);

        assertThat(primary).isEqualTo(settings("replica"));
    }

    /** What the site's own command may do is the same, whoever calls it; and the unit outlasts the command. */
    @Test
    void theLastSnapshotIsTakenAsTheAgentTakesIt() throws IOException {
        assertThat(restrictions("shutdown")).isNotEmpty().isEqualTo(restrictions("primary"));
        String unit = Files.readString(Path.of("systemd", "understudy-shutdown.service"));
        assertThat(after("shutdown"))
                .contains("network-online.target", "remote-fs.target", "understudy-primary.service");
        int seconds = Integer.parseInt(unit.replaceAll("(?s).*TimeoutStopSec=(\\d+)s.*", "$1"));
        assertThat(Duration.ofSeconds(seconds)).isGreaterThan(ShutdownSettings.DEFAULT.limit());
    }

    /** systemd stops in the reverse order of starts: a database that is not in the list stops under the last dump. */
    @ParameterizedTest
    @ValueSource(strings = {"primary", "replica", "shutdown"})
    void isStoppedBeforeEveryKindOfDatabaseServer(String agent) throws IOException {
        assertThat(after(agent)).contains("postgresql.service", "mariadb.service", "mysql.service");
    }

    private static List<String> after(String agent) throws IOException {
        return settings(agent).stream()
                .filter(line -> line.startsWith("After="))
                .flatMap(line -> Stream.of(line.substring("After=".length()).split(" ")))
                .toList();
    }

    private static List<String> restrictions(String agent) throws IOException {
        List<String> all = settings(agent);
        return all.subList(all.indexOf("CapabilityBoundingSet=" + capabilities(all)), all.indexOf("[Install]"));
    }

    private static String capabilities(List<String> settings) {
        return settings.stream()
                .filter(line -> line.startsWith("CapabilityBoundingSet="))
                .map(line -> line.substring(line.indexOf('=') + 1))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> settings(String agent) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("systemd", "understudy-" + agent + ".service"))) {
            return lines.filter(line -> !line.startsWith("#") && !line.startsWith("Description="))
                    .map(line -> line.replace("agent-" + agent, "agent"))
                    .toList();
        }
    }
}

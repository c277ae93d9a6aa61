package io.understudy.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of the agent's environment reaches a program. */
class CleanEnvironmentTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Set<String> OWN = Set.of(MarkedProcesses.VARIABLE, "_", "PWD", "SHLVL");

    @TempDir
    Path folder;

    private Set<String> names(Command command) {
        Set<String> names = new TreeSet<>();
        new SystemCommandRunner(folder)
                .run(command)
                .output()
                .lines()
                .map(line -> line.split("=", 2)[0])
                .forEach(names::add);
        names.removeAll(OWN);
        return names;
    }

    /** Names that this process has and a site's command would not get. */
    private static Set<String> foreign() {
        Set<String> foreign = new TreeSet<>(System.getenv().keySet());
        Command.USUAL.forEach(foreign::remove);
        foreign.removeAll(OWN);
        return foreign;
    }

    @Test
    void nothingThatIsNotNamed() {
        Command command = Command.ofSite(List.of("env"), LIMIT);
        assertThat(names(command)).isSubsetOf(Command.USUAL).contains("PATH");
    }

    @Test
    void aProgramOfTheAgentsOwnGetsNoMoreThanIsNamedEither() {
        Command command = Command.of(List.of("env"), LIMIT);
        assertThat(command.inherited())
                .containsAll(Command.USUAL)
                .contains("LD_LIBRARY_PATH")
                .noneMatch(name -> name.contains("KEY") || name.contains("SECRET") || name.startsWith("PG"));
        assertThat(names(command)).isSubsetOf(command.inherited()).contains("PATH");
        assertThat(names(command.inheriting(foreign()))).containsAll(foreign());
    }

    @Test
    void whatIsNamedAndWhatTheCommandBrings() {
        Command command = Command.ofSite(List.of("env"), foreign(), LIMIT).with(Map.of("ITS_OWN", "x"));
        assertThat(names(command)).containsAll(foreign()).contains("ITS_OWN");
    }
}

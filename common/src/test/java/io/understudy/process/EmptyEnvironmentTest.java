package io.understudy.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Services start with an empty environment, in which Java passes ASCII alone. Each case is a Java process of its own.
 */
class EmptyEnvironmentTest {
    private static final String TEXT = "Größe 🎭";

    /** What runs in that process: prints how a program sees its arguments, byte by byte. */
    static final class Probe {
        public static void main(String[] arguments) {
            Command command = Command.of(List.of("printf", "%s", TEXT), Duration.ofSeconds(20));
            try {
                CommandResult result = new SystemCommandRunner(
                                Path.of(System.getProperty("java.io.tmpdir"), "understudy"))
                        .run(command);
                System.out.print(result.output().equals(TEXT) ? "exact" : "garbled");
            } catch (io.understudy.failure.UnderstudyException e) {
                System.out.print(e.code() + ": " + e.hint());
            }
        }
    }

    @Test
    void refusesWhatItCannotPassInAnEmptyEnvironment() {
        assertThat(probe(List.of())).startsWith("COMMAND_FAILED: ").contains("LC_ALL=C.UTF-8");
    }

    @Test
    void passesEverythingInTheLocaleOfTheAgentsScript() {
        assertThat(probe(List.of("LC_ALL=C.UTF-8"))).isEqualTo("exact");
    }

    private static String probe(List<String> environment) {
        List<String> arguments = new ArrayList<>(List.of("env", "-i"));
        arguments.addAll(environment);
        arguments.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        arguments.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        arguments.add(Probe.class.getName());
        CommandResult result = new SystemCommandRunner(Path.of(System.getProperty("java.io.tmpdir"), "understudy"))
                .run(Command.of(arguments, Duration.ofSeconds(60)));
        assertThat(result.ok()).as(result.errors()).isTrue();
        return result.output().lines().reduce((first, last) -> last).orElse("");
    }
}

package io.understudy.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.testing.CommandRunnerContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands that start a service, as a site's do: with real processes, and the agent's end as that of a process of its
 * own.
 */
@Tag("slow")
class LeftProcessesTest extends CommandRunnerContract {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final List<Long> started = new ArrayList<>();
    private Path outputs;
    private Path gate;
    private Path survived;
    private SystemCommandRunner runner;

    @BeforeEach
    void make() {
        outputs = folder.resolve("outputs");
        gate = folder.resolve("gate");
        survived = folder.resolve("survived");
        runner = new SystemCommandRunner(outputs);
    }

    @AfterEach
    void end() {
        started.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    /** The contract, for these commands too: those without a consumer. */
    @Override
    protected CommandRunner runner() {
        return command -> runner.run(
                command.output().isPresent() ? command : Command.ofSite(command.arguments(), command.limit()));
    }

    /** What runs as the agent: one command, and its own end. */
    static final class Agent {
        public static void main(String[] arguments) {
            Command command = Command.ofSite(script(arguments[1]), LIMIT);
            CommandResult result = new SystemCommandRunner(Path.of(arguments[0])).run(command);
            System.out.print(result.exitCode() + ":" + result.output().strip());
        }
    }

    @Tag("always")
    @Test
    void aServiceWithoutARedirectionLivesOnAfterTheAgentsEnd() throws IOException {
        List<String> agent = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Agent.class.getName(),
                outputs.toString(),
                service("nohup"));
        CommandResult result = new SystemCommandRunner(folder).run(Command.of(agent, LIMIT));
        assertThat(result.output()).as(result.errors()).matches("0:\\d+");
        started.add(Long.parseLong(result.output().substring(2)));
        assertSurvives();
    }

    @Tag("always")
    @Test
    void theCommandEndsAtOnceAndTheServiceMayGoOnWriting() throws IOException {
        for (String launcher : List.of("", "nohup", "setsid")) {
            CommandResult result = run(service(launcher));
            assertThat(result.took()).isLessThan(LIMIT);
            started.add(Long.parseLong(result.output().strip()));
            assertSurvives();
        }
    }

    @Tag("always")
    @Test
    void anotherCommandThatRunsIntoItsLimitTouchesNoneOfThem() throws IOException {
        started.add(Long.parseLong(run(service("nohup")).output().strip()));
        assertFails(ErrorCode.COMMAND_TIMEOUT, Command.ofSite(script(HANG), Duration.ofMillis(300)));
        assertSurvives();
    }

    @Tag("always")
    @Test
    void aCommandThatRunsIntoItsLimitTakesWhatItStartedWithIt() throws IOException {
        Path pid = folder.resolve("pid");
        assertFails(
                ErrorCode.COMMAND_TIMEOUT,
                Command.ofSite(script(service("setsid") + " > " + pid + "; sleep 300"), Duration.ofSeconds(6)));
        long service = Long.parseLong(Files.readString(pid).strip());
        assertThat(SystemCommandRunnerTest.alive(service)).isFalse();
        assertThat(files()).isEmpty();
    }

    @Tag("always")
    @Test
    void keepsTheLastOfAFloodAndNoFileAfterwards() {
        CommandResult result = run("yes ä | head -c 3000000 >&2; yes 12345 | head -c 3000000; printf end");
        assertThat(result.output()).hasSize(65_536).endsWith("12345\nend");
        assertThat(result.errors()).doesNotContain("\uFFFD").endsWith("ä\n");
        assertThat(files()).isEmpty();
    }

    @Tag("always")
    @Test
    void whatAServiceWritesStaysWithinBoundsAndGoesWithIt() throws IOException {
        long size = OutputFiles.LARGEST + 1;
        Path end = folder.resolve("end");
        String flood = "(head -c " + size + " /dev/zero; echo yes > " + survived + "; " + until(gate) + "; echo after; "
                + until(end) + ") & echo $! >&2";
        CommandResult result = new SystemCommandRunner(outputs).run(Command.ofSite(script(flood), LIMIT));
        started.add(Long.parseLong(result.errors().strip()));
        Awaitility.await().untilAsserted(() -> assertThat(survived).hasContent("yes"));
        assertThat(sizes()).isEqualTo(size + result.errors().length());

        runner.tidy();
        assertThat(sizes()).isEqualTo(result.errors().length());
        Files.writeString(gate, "go\n");
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(sizes()).isEqualTo(result.errors().length() + 6));

        Files.writeString(end, "go\n");
        Awaitility.await().until(() -> ProcessHandle.of(started.get(0)).isEmpty());
        new OutputFiles(outputs, Clock.offset(Clock.systemUTC(), LIMIT.plusSeconds(1))).tidy();
        assertThat(files()).isEmpty();
    }

    @Tag("always")
    @Test
    void removesWhatAKilledAgentLeftWhenNobodyHoldsIt() throws IOException {
        Files.createDirectories(outputs);
        String mark = "00000000-0000-0000-0000-000000000000_1_2.out";
        Path foreign = Files.writeString(outputs.resolve("notes.out"), "x");
        Path left = Files.writeString(outputs.resolve(mark), "x");
        Path running = Files.writeString(outputs.resolve(mark.replace("_2.", "_99999999999999.")), "x");
        runner.tidy();
        assertThat(left).doesNotExist();
        assertThat(foreign).exists();
        assertThat(running).exists();
    }

    @Tag("always")
    @Test
    void runsACommandAlsoWhereNoFileCanBeMade() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        CommandResult result = new SystemCommandRunner(file.resolve("below"))
                .run(Command.ofSite(script(service("nohup") + "; exit 3"), LIMIT));
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.output()).isEmpty();
        assertSurvives();
    }

    /** Starts a process that inherits both outputs, prints its number, and ends. */
    private String service(String launcher) {
        String waits = until(gate) + "; echo late; echo late >&2; echo yes > " + survived;
        return launcher + " sh -c '" + waits + "' & echo $!";
    }

    private static String until(Path exists) {
        return "until [ -e " + exists + " ]; do sleep 0.05; done";
    }

    private void assertSurvives() throws IOException {
        Files.writeString(gate, "go\n");
        Awaitility.await().untilAsserted(() -> assertThat(survived).hasContent("yes"));
        Files.delete(survived);
        Files.delete(gate);
    }

    private CommandResult run(String text) {
        return runner.run(Command.ofSite(script(text), LIMIT));
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(outputs)) {
            return files.toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private long sizes() {
        return files().stream().mapToLong(file -> file.toFile().length()).sum();
    }
}

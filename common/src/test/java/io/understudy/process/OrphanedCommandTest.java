package io.understudy.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testing.FakeTicker;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands whose agent was killed in their middle, with real processes. */
class OrphanedCommandTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();
    private final String mark = UUID.randomUUID().toString();
    private Path notes;
    private SystemCommandRunner runner;
    private ProcessIdentity ended;

    @BeforeEach
    void make() throws Exception {
        notes = folder.resolve("commands");
        runner = new SystemCommandRunner(notes);
        Process agent = marked("exec sleep 300");
        ended = identity(agent);
        agent.destroyForcibly().waitFor();
    }

    @AfterEach
    void end() {
        started.forEach(process -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
    }

    /** What runs as the agent that is killed. */
    static final class Agent {
        public static void main(String[] arguments) {
            new SystemCommandRunner(Path.of(arguments[0]))
                    .run(Command.ofSite(script(arguments[1]), LIMIT).replacingOrphans());
        }
    }

    @Tag("slow")
    @Test
    void aStopThatRunsOnAfterAKillOfItsAgentIsEndedBeforeTheStart() throws Exception {
        Path pid = folder.resolve("pid");
        Path stopped = folder.resolve("stopped");
        Process agent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Agent.class.getName(),
                        notes.toString(),
                        "echo $$ > " + pid + "; until [ -e " + folder.resolve("gate")
                                + " ]; do sleep 0.05; done; touch " + stopped)
                .inheritIO()
                .start();
        started.add(agent);
        // Its note is whole: the program itself may run before that.
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> Files.exists(pid)
                        && lines() == 3
                        && !Files.readString(pid).isEmpty());
        long stop = Long.parseLong(Files.readString(pid).strip());
        agent.destroyForcibly().waitFor();
        assertThat(SystemCommandRunnerTest.alive(stop)).isTrue();

        run();

        assertThat(SystemCommandRunnerTest.alive(stop)).isFalse();
        assertThat(stopped).doesNotExist();
        assertThat(lines()).isZero();
    }

    @Test
    void itEndsWithAllThatItStarted() throws IOException {
        Process orphan = marked("sleep 300 & sleep 300 & wait");
        Awaitility.await().until(() -> orphan.descendants().count() == 2);
        List<ProcessHandle> children = orphan.descendants().toList();
        note(ended, identity(orphan));

        run();

        assertThat(orphan.isAlive()).isFalse();
        assertThat(children).noneMatch(Processes::run);
        assertThat(files()).isEmpty();
    }

    /** Which program it started was not written down yet: the mark shows it. */
    @Test
    void soDoesOneWhoseAgentWasKilledAsItStarted() throws IOException {
        Process orphan = marked("exec sleep 300");
        note(ended);

        run();

        assertThat(orphan.isAlive()).isFalse();
        assertThat(files()).isEmpty();
    }

    /** A start that is ended, and its service with it, takes the site down once more. */
    @Test
    void oneThatDoesTheSameEndsByItself() throws IOException {
        Process orphan = marked("exec sleep 300");
        Process service = marked("exec sleep 300");
        noteOf(script("true"), ended, identity(orphan));
        FakeTicker time = new FakeTicker();
        runner = new SystemCommandRunner(notes, ending(time, orphan));

        run();

        assertThat(time.pauses()).isNotEmpty();
        assertThat(service.isAlive()).isTrue();
        assertThat(files()).isEmpty();
    }

    @Test
    void oneThatDoesTheSameForTooLongIsEnded() throws IOException {
        Process orphan = marked("exec sleep 300");
        noteOf(script("true"), ended, identity(orphan));
        FakeTicker time = new FakeTicker();
        runner = new SystemCommandRunner(notes, time);

        run();

        assertThat(orphan.isAlive()).isFalse();
        assertThat(time.since(0)).isGreaterThanOrEqualTo(LIMIT);
    }

    @Test
    void aNoteOfAnotherBootIsRemovedAndNothingIsEnded() throws IOException {
        Process other = marked("exec sleep 300");
        Files.createDirectories(notes);
        Files.write(
                notes.resolve(mark + ".run"),
                List.of("another-boot abc", ended.text(), identity(other).text()));

        run();

        assertThat(other.isAlive()).isTrue();
        assertThat(files()).isEmpty();
    }

    /** The process ends in the third pause. */
    private static Ticker ending(FakeTicker time, Process process) {
        return new Ticker() {
            @Override
            public long nanos() {
                return time.nanos();
            }

            @Override
            public void sleep(Duration pause) throws InterruptedException {
                time.sleep(pause);
                if (time.pauses().size() == 3) {
                    process.destroyForcibly().waitFor();
                }
            }
        };
    }

    @Test
    void aCommandOfAnAgentThatLivesIsLeftAlone() throws IOException {
        Process command = marked("exec sleep 300");
        note(identity(ProcessHandle.current()), identity(command));

        run();

        assertThat(command.isAlive()).isTrue();
        assertThat(files()).hasSize(1);
    }

    /** As the service of a start that had ended before its agent was killed. */
    @Test
    void whatACommandLeftBehindWhenItHadEndedIsLeftAlone() throws IOException {
        Process service = marked("exec sleep 300");
        note(ended, ended);

        run();

        assertThat(service.isAlive()).isTrue();
        assertThat(files()).isEmpty();
    }

    @Test
    void aProcessThatGotTheNumberOfOneThatEndedIsLeftAlone() throws IOException {
        Process other = marked("exec sleep 300");
        ProcessIdentity now = identity(other);
        note(ended, new ProcessIdentity(now.pid(), now.started() - 1));

        run();

        assertThat(other.isAlive()).isTrue();
    }

    @Test
    void noOtherCommandEndsOne() throws IOException {
        Process orphan = marked("exec sleep 300");
        note(ended, identity(orphan));

        runner.run(Command.ofSite(script("true"), LIMIT));

        assertThat(orphan.isAlive()).isTrue();
        assertThat(files()).hasSize(1);
    }

    @Test
    void aNoteThatWasNeverWrittenWholeIsRemoved() throws IOException {
        Files.createDirectories(notes);
        Files.write(notes.resolve(mark + ".run"), new byte[] {(byte) 0xff, ' ', 'x', '\n', '1'});
        Files.createFile(notes.resolve("empty.run"));
        Process other = marked("exec sleep 300");

        run();

        assertThat(files()).isEmpty();
        assertThat(other.isAlive()).as("its agent may be alive").isTrue();
    }

    @Test
    void theNoteNamesAgentAndProgramAsLongAsItRuns() {
        String shown = runner.run(Command.ofSite(
                                script("until [ $(cat " + notes
                                        + "/*.run | wc -l) = 3 ]; do :; done; echo $$; tail -n 2 " + notes
                                        + "/*.run; exit 3"),
                                LIMIT)
                        .replacingOrphans())
                .output();

        assertThat(shown.lines().toList())
                .hasSize(3)
                .satisfies(
                        lines -> assertThat(lines.get(1))
                                .startsWith(ProcessHandle.current().pid() + " "),
                        lines -> assertThat(lines.get(2)).startsWith(lines.get(0) + " "));
        assertThat(files()).isEmpty();
    }

    @Test
    void aCommandRunsAlsoWhereNoNoteCanBeMade() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");

        assertThat(new SystemCommandRunner(file.resolve("below"))
                        .run(Command.ofSite(script("exit 3"), LIMIT).replacingOrphans())
                        .exitCode())
                .isEqualTo(3);
    }

    private void run() {
        assertThat(runner.run(Command.ofSite(script("true"), LIMIT).replacingOrphans())
                        .ok())
                .isTrue();
    }

    private static List<String> script(String text) {
        return List.of("sh", "-c", text);
    }

    private Process marked(String text) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(script(text)).inheritIO();
        builder.environment().put(MarkedProcesses.VARIABLE, mark);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static ProcessIdentity identity(Process process) {
        return identity(process.toHandle());
    }

    private static ProcessIdentity identity(ProcessHandle handle) {
        return ProcessIdentity.of(handle.pid()).orElseThrow();
    }

    private void note(ProcessIdentity... lines) throws IOException {
        noteOf(script("another command"), lines);
    }

    private void noteOf(List<String> command, ProcessIdentity... lines) throws IOException {
        Files.createDirectories(notes);
        Files.write(
                notes.resolve(mark + ".run"),
                Stream.concat(
                                Stream.of(RunNotes.heading(Command.ofSite(command, LIMIT))),
                                Stream.of(lines).map(ProcessIdentity::text))
                        .toList());
    }

    private long lines() throws IOException {
        Optional<Path> note = files().stream()
                .filter(file -> file.toString().endsWith(".run"))
                .findFirst();
        return note.isEmpty() ? 0 : Files.readAllLines(note.get()).size();
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(notes)) {
            return files.toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

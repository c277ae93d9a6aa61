package io.understudy.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.testing.CommandRunnerContract;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemCommandRunnerTest extends CommandRunnerContract {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir
    private Path folder;

    private SystemCommandRunner runner;

    @BeforeEach
    void make() {
        runner = new SystemCommandRunner(folder.resolve("output"));
    }

    @Override
    protected CommandRunner runner() {
        return runner;
    }

    @Test
    void passesArgumentsAsTheyAreWithoutAShell() {
        CommandResult result = run(LIMIT, "printf", "%s\\n", "$HOME; *", "a b", "\"quoted\"", "", "Grüße, мир 🎭");
        assertThat(result.output()).isEqualTo("$HOME; *\na b\n\"quoted\"\n\nGrüße, мир 🎭\n");
        assertThat(result.took()).isPositive();
    }

    @Test
    void givesTheProgramItsInput() {
        String input = "Grüße\n" + "x".repeat(200_000) + "\n";

        assertThat(runner.run(Command.of(List.of("md5sum"), LIMIT).reading(input))
                        .output())
                .isEqualTo(
                        run(LIMIT, "sh", "-c", "{ echo Grüße; head -c 200000 /dev/zero | tr '\\0' x; echo; } | md5sum")
                                .output());
        assertThat(runner.run(Command.of(List.of("true"), LIMIT).reading(input)).ok())
                .as("whether it reads it or not")
                .isTrue();
    }

    @Test
    void namesTheProgramEvenWhenThereAreThousandsOfArguments() {
        List<String> arguments = new java.util.ArrayList<>(List.of("/nowhere/pg_dump"));
        arguments.addAll(java.util.Collections.nCopies(5000, "--exclude-table-data=\"public\".\"t\""));
        assertThatThrownBy(() -> run(LIMIT, arguments.toArray(String[]::new)))
                .hasMessageStartingWith("cannot run /nowhere/pg_dump ")
                .hasMessageContaining("(5001 arguments): no such file")
                .message()
                .hasSizeLessThan(500);
    }

    @Test
    void addsToTheEnvironmentWithoutShowingIt() {
        Command command = Command.of(script("echo $PGOPTIONS $PGPASSWORD $PATH"), LIMIT)
                .with(Map.of("PGPASSWORD", "pässword", "PGOPTIONS", "-c x=y"));
        CommandResult result = runner.run(command);
        assertThat(result.output()).isEqualTo("-c x=y pässword " + System.getenv("PATH") + "\n");
        assertThat(command.toString()).doesNotContain("pässword");
    }

    @Test
    void keepsTheLastOfFloodsOnBothOutputs() {
        CommandResult result =
                run(LIMIT, "sh", "-c", "yes ä | head -c 3000000 >&2; yes 12345 | head -c 3000000; printf end");
        assertThat(result.ok()).isTrue();
        assertThat(result.output()).hasSize(65_536).endsWith("12345\nend");
        assertThat(result.errors().getBytes(StandardCharsets.UTF_8)).hasSizeBetween(65_533, 65_536);
        assertThat(result.errors()).doesNotContain("\uFFFD").endsWith("ä\n");
    }

    @Test
    void streamsMebibytesFromAProgram() throws IOException {
        byte[] bytes = new byte[8 * 1024 * 1024];
        new Random(5).nextBytes(bytes);
        Path file = Files.write(folder.resolve("bytes"), bytes);
        AtomicReference<byte[]> received = new AtomicReference<>();
        CommandResult result = runner.run(
                Command.of(List.of("cat", file.toString()), LIMIT).into(output -> received.set(output.readAllBytes())));
        assertThat(result.ok()).isTrue();
        assertThat(Arrays.equals(received.get(), bytes)).isTrue();
    }

    @Test
    void aConsumerNeedNotReadAll() {
        AtomicLong first = new AtomicLong();
        CommandResult result =
                runner.run(Command.of(script("yes | head -c 1000000"), LIMIT).into(output -> first.set(output.read())));
        assertThat(result.ok()).isTrue();
        assertThat(first).hasValue('y');
    }

    @Tag("slow")
    @Test
    void endsTheWholeTreeAtTheLimit() throws IOException {
        Path pids = folder.resolve("pids");
        String tree = "sleep 300 & echo $! >> " + pids + "; (setsid sh -c 'echo $$ >> " + pids
                + "; trap \"\" TERM; while :; do sleep 1; done' &); printf 'half\\rwaiting\\n' >&2; sleep 300";
        assertThatThrownBy(() -> run(Duration.ofSeconds(6), "sh", "-c", tree))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_TIMEOUT);
                    assertThat(e).hasMessageContaining("not done after 6 s; its last output: waiting");
                });
        List<String> lines = Files.readAllLines(pids);
        assertThat(lines).hasSize(2);
        assertThat(lines).noneMatch(pid -> alive(Long.parseLong(pid)));
    }

    @Test
    void aConsumerOfAnEndedProgramSeesAFailureNotAnEnd() {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        Command command = Command.of(script("echo half; sleep 300"), SHORT).into(output -> {
            try {
                output.readAllBytes();
            } catch (IOException e) {
                seen.set(e);
            }
        });
        assertFails(ErrorCode.COMMAND_TIMEOUT, command);
        assertThat(seen.get()).isInstanceOf(IOException.class);
    }

    @Test
    void aFailingConsumerEndsTheProgram() {
        AtomicLong pid = new AtomicLong();
        Command command = Command.of(script("echo $$; sleep 300"), LIMIT).into(output -> {
            pid.set(Long.parseLong(
                    new BufferedReader(new InputStreamReader(output, StandardCharsets.US_ASCII)).readLine()));
            throw new IllegalStateException("mine");
        });
        assertThatThrownBy(() -> runner.run(command))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");
        assertThat(alive(pid.get())).isFalse();
    }

    @Test
    void doesNotWaitForAServiceThatWasStarted() {
        CommandResult result = run(LIMIT, "sh", "-c", "sleep 300 & echo $!");
        long service = Long.parseLong(result.output().strip());
        assertThat(result.took()).isLessThan(LIMIT);
        assertThat(alive(service)).isTrue();
        ProcessHandle.of(service).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void anInterruptEndsTheProgram() throws Exception {
        Path pid = folder.resolve("pid");
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                run(LIMIT, "sh", "-c", "echo $$ > " + pid + ".new; mv " + pid + ".new " + pid + "; sleep 300");
            } catch (UnderstudyException e) {
                thrown.set(Thread.currentThread().isInterrupted() ? e : new AssertionError("flag lost"));
            }
        });
        thread.start();
        Awaitility.await().until(() -> Files.exists(pid));
        thread.interrupt();
        thread.join(60_000);
        assertThat(thrown.get())
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        assertThat(alive(Long.parseLong(Files.readString(pid).strip()))).isFalse();
    }

    @Test
    void saysWhyAProgramCannotBeStarted() throws IOException {
        Path plain = Files.writeString(folder.resolve("plain"), "x");
        assertThatThrownBy(() -> run(LIMIT, "no-such-program", "x"))
                .hasMessage("cannot run no-such-program x: no such file or directory");
        assertThatThrownBy(() -> run(LIMIT, plain.toString())).hasMessageEndingWith(": permission denied");
        assertFails(ErrorCode.COMMAND_FAILED, Command.of(List.of(plain.toString()), LIMIT));
        assertFails(ErrorCode.COMMAND_FAILED, Command.of(List.of("echo", "a\0b"), LIMIT));
    }

    private CommandResult run(Duration limit, String... arguments) {
        return runner.run(Command.of(List.of(arguments), limit));
    }

    static boolean alive(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            return !stat.contains(") Z ");
        } catch (java.nio.file.NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            // It ended between the opening of its file and the reading.
            if ("No such process".equals(e.getMessage())) {
                return false;
            }
            throw new UncheckedIOException(e);
        }
    }
}

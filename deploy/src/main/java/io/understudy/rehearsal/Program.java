package io.understudy.rehearsal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A program to run in a process of its own.
 *
 * @param environment added to this process's environment; with {@code alone} the whole of it
 */
public record Program(
        List<String> command, Map<String, String> environment, boolean alone, Optional<Account> account, Path folder) {
    private static final Path EVERYONES = Path.of("/");

    public Program {
        command = List.copyOf(command);
        environment = new TreeMap<>(environment);
    }

    public static Program of(Object program, Object... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new Program(command, Map.of(), false, Optional.empty(), EVERYONES);
    }

    public Program with(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(environment);
        all.putAll(more);
        return new Program(command, all, alone, account, folder);
    }

    /** The same with nothing in its environment but what {@link #with} added, as services are started. */
    public Program inEmptyEnvironment() {
        return new Program(command, environment, true, account, folder);
    }

    /** The same, its words handed to another program behind that one's own. */
    public Program by(String... launcher) {
        List<String> all = new ArrayList<>(List.of(launcher));
        all.addAll(command);
        return new Program(all, environment, alone, account, folder);
    }

    public Program as(Account other) {
        return new Program(command, environment, alone, Optional.of(other), folder);
    }

    /** The same in another working folder than the root. */
    public Program in(Path other) {
        return new Program(command, environment, alone, account, other);
    }

    /** Runs it to its end; after the limit, or when the thread is interrupted, it is killed and an error thrown. */
    public Outcome run(Duration limit) {
        try {
            Path output = Files.createTempFile("understudy-out", "");
            Path errors = Files.createTempFile("understudy-err", "");
            try {
                Process process = builder()
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
                boolean ended = ended(process, limit, errors);
                Outcome outcome = new Outcome(toString(), ended ? process.exitValue() : -1, text(output), text(errors));
                if (!ended) {
                    throw new AssertionError("killed after " + limit.toSeconds() + " s: " + outcome);
                }
                return outcome;
            } finally {
                Files.deleteIfExists(output);
                Files.deleteIfExists(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** @return whether it has ended by itself; otherwise it was killed */
    private static boolean ended(Process process, Duration limit, Path errors) throws InterruptedException {
        Running running = new Running(process.toHandle(), errors);
        try {
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                running.kill();
            }
            return ended;
        } catch (InterruptedException e) {
            running.kill();
            throw e;
        }
    }

    /** Starts it and lets it run, its output appended to the log; it outlives this process. */
    public Running start(Path log) {
        try {
            Process process = builder()
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            return new Running(process.toHandle(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return String.join(" ", command);
    }

    private ProcessBuilder builder() {
        List<String> all = new ArrayList<>(account.map(Account::prefix).orElse(List.of()));
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all)
                .directory(folder.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        if (alone) {
            builder.environment().clear();
        }
        builder.environment().putAll(environment);
        return builder;
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}

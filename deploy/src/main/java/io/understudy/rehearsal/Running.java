package io.understudy.rehearsal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A process that runs, and the log that it writes. */
public record Running(ProcessHandle process, Path log) {
    private static final Duration END = Duration.ofSeconds(20);

    public long pid() {
        return process.pid();
    }

    public boolean alive() {
        return runs(process);
    }

    /** Not true of a zombie: an orphan can be one for seconds, until the process that inherited it looks at it. */
    private static boolean runs(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        try {
            String stat = Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
            return !stat.substring(stat.lastIndexOf(')') + 1).stripLeading().startsWith("Z") || hasThreads(process);
        } catch (IOException e) {
            return process.isAlive();
        }
    }

    /** The first thread is a zombie before the others have ended and the files are closed. */
    private static boolean hasThreads(ProcessHandle process) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            return threads.count() > 1;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * Waits for what this process is to bring about.
     *
     * @throws AssertionError when that has not come true within the limit, or the process ended without it; with its
     *     log
     */
    public void await(String what, Duration limit, BooleanSupplier condition) {
        AtomicBoolean came = new AtomicBoolean();
        try {
            Deadline.await(what, limit, () -> {
                boolean runs = alive();
                came.set(condition.getAsBoolean());
                return came.get() || !runs;
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; process " + pid() + " runs:\n" + logText(), e);
        }
        if (!came.get()) {
            throw new AssertionError("process " + pid() + " has ended before: " + what + "\n" + logText());
        }
    }

    /** As {@code kill -9} does, with its children: no goodbye. */
    public void kill() {
        List<ProcessHandle> all =
                Stream.concat(Stream.of(process), process.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        Deadline.await("process " + pid() + " is gone", END, () -> all.stream().noneMatch(Running::runs));
    }

    /** Asks it to end, and waits; kills it when it does not. */
    public void stop() {
        process.destroy();
        try {
            Deadline.await("process " + pid() + " ends", END, () -> !alive());
        } catch (AssertionError e) {
            kill();
        }
    }

    /** What it has written so far. */
    public String logText() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }
}

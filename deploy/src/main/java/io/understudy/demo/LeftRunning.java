package io.understudy.demo;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The processes that a demo leaves running, in a file: the demo's folder on the first line, then
 * {@code <pid> <start, in milliseconds>} for each process. The start time distinguishes a process from a later one that
 * was given the same number.
 */
final class LeftRunning {
    private final Path file;

    LeftRunning(Path file) {
        this.file = file;
    }

    void write(Path home, List<Running> processes) {
        StringBuilder text = new StringBuilder(home + "\n");
        for (Running running : processes) {
            text.append(running.pid())
                    .append(' ')
                    .append(start(running.process()))
                    .append('\n');
        }
        Folders.write(file, text.toString());
    }

    /** Those of the last demo that still run. */
    List<Running> alive() {
        List<Running> alive = new ArrayList<>();
        for (String line : lines().stream().skip(1).toList()) {
            String[] words = line.split(" ");
            Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(words[0]));
            process.filter(found -> start(found) == Long.parseLong(words[1]))
                    .ifPresent(found -> alive.add(new Running(found, file)));
        }
        return alive;
    }

    /** Stops them and deletes the demo's folder. Returns how many there were. */
    int stop() {
        List<Running> alive = alive();
        alive.forEach(Running::stop);
        List<String> lines = lines();
        if (!lines.isEmpty() && Files.isDirectory(Path.of(lines.get(0)))) {
            Folders.delete(Path.of(lines.get(0)));
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return alive.size();
    }

    private List<String> lines() {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long start(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(java.time.Instant::toEpochMilli)
                .orElse(0L);
    }
}

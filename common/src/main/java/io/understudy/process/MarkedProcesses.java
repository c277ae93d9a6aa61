package io.understudy.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The processes that one run of a command started, found by the mark in the environment that they inherit: also those whose parent is gone,
 * in whatever session or group.
 *
 * @param from when the command was started
 * @param until when it had ended at the latest
 */
record MarkedProcesses(String mark, Instant from, Instant until) {
    /** The environment variable whose value is one run's own. */
    static final String VARIABLE = "UNDERSTUDY_COMMAND";

    /** Those that surely are. */
    Stream<ProcessHandle> all() {
        return ProcessHandle.allProcesses().filter(this::isMarked);
    }

    /** Whether any may be left; another user's environment can't be read, so one of those counts when it began while the command ran. */
    boolean any() {
        return ProcessHandle.allProcesses().anyMatch(handle -> isMarked(handle) || mayBe(handle));
    }

    private boolean isMarked(ProcessHandle handle) {
        return environment(handle)
                .map(text -> text.contains(VARIABLE + "=" + mark))
                .orElse(false);
    }

    private boolean mayBe(ProcessHandle handle) {
        if (environment(handle).isPresent()) {
            return false;
        }
        Optional<Instant> start = handle.info().startInstant();
        // The kernel counts starts in ticks of 10 ms since boot.
        return start.isPresent()
                && !start.get().isBefore(from.minusSeconds(1))
                && !start.get().isAfter(until.plusSeconds(1))
                && handle.isAlive();
    }

    private static Optional<String> environment(ProcessHandle handle) {
        Path file = Path.of("/proc", Long.toString(handle.pid()), "environ");
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

package io.understudy.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The processes that one run of a command started, found by the mark in the environment that they inherit: also those
 * whose parent is gone, in whatever session or group.
 *
 * @param from when the command was started
 * @param until when it had ended at the latest; {@link #OPEN}: that is not known
 */
record MarkedProcesses(String mark, Instant from, Instant until) {
    /** The environment variable whose value is one run's own. */
    static final String VARIABLE = "UNDERSTUDY_COMMAND";

    static final Instant OPEN = Instant.MAX.minusSeconds(1);

    /** Those that surely are. */
    Stream<ProcessHandle> all() {
        return ProcessHandle.allProcesses().filter(this::isMarked);
    }

    /**
     * Whether any may be left; another user's environment can't be read, so one of those counts when it began while the
     * command ran.
     */
    boolean any() {
        return ProcessHandle.allProcesses().anyMatch(handle -> isMarked(handle) || mayBe(handle));
    }

    private boolean isMarked(ProcessHandle handle) {
        try {
            return new String(Files.readAllBytes(environment(handle)), StandardCharsets.ISO_8859_1)
                    .contains(VARIABLE + "=" + mark);
        } catch (IOException e) {
            return false;
        }
    }

    private boolean mayBe(ProcessHandle handle) {
        try {
            Files.newInputStream(environment(handle)).close();
            return false;
        } catch (AccessDeniedException another) {
            return beganMeanwhile(handle);
        } catch (IOException gone) {
            return false;
        }
    }

    private boolean beganMeanwhile(ProcessHandle handle) {
        Optional<Instant> start = handle.info().startInstant();
        // The kernel counts starts in ticks of 10 ms since boot.
        return start.isPresent()
                && !start.get().isBefore(from.minusSeconds(1))
                && !start.get().isAfter(until.plusSeconds(1))
                && handle.isAlive();
    }

    private static Path environment(ProcessHandle handle) {
        return Path.of("/proc", Long.toString(handle.pid()), "environ");
    }
}

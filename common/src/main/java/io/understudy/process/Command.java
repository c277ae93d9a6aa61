package io.understudy.process;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One program to run, without a shell, with an empty standard input. Secrets travel in files or in {@code environment},
 * never in {@code arguments}; {@link #toString()} shows arguments only.
 *
 * @param arguments program and arguments, at least one
 * @param environment added to the agent's own environment
 * @param limit the longest it may run before it is killed with its children
 * @param output consumes the program's standard output as a stream; absent: it is captured in the result (its last 64
 *     KiB)
 * @param leavesProcesses whether the program may start others that go on after its end: then its output goes to a file,
 *     so that they never write into a pipe that no process reads
 */
public record Command(
        List<String> arguments,
        Map<String, String> environment,
        Duration limit,
        Optional<Consumer> output,
        boolean leavesProcesses) {
    private static final int SHOWN = 300;

    /** Reads the program's standard output until its end, in a thread of the caller's choosing. */
    @FunctionalInterface
    public interface Consumer {
        void consume(InputStream output) throws IOException;
    }

    public Command {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        Objects.requireNonNull(limit);
        Objects.requireNonNull(output);
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("a command needs a program");
        }
        if (leavesProcesses && output.isPresent()) {
            throw new IllegalArgumentException(
                    "the end of an output that processes left behind hold is not waited for");
        }
    }

    public static Command of(List<String> arguments, Duration limit) {
        return new Command(arguments, Map.of(), limit, Optional.empty(), false);
    }

    /** A command of an operator's, which may start a service. */
    public static Command ofSite(List<String> arguments, Duration limit) {
        return new Command(arguments, Map.of(), limit, Optional.empty(), true);
    }

    public Command with(Map<String, String> environment) {
        return new Command(arguments, environment, limit, output, leavesProcesses);
    }

    public Command into(Consumer consumer) {
        return new Command(arguments, environment, limit, Optional.of(consumer), leavesProcesses);
    }

    /** The arguments, as many as a message bears: pg_dump gets one for each table. */
    @Override
    public String toString() {
        String all = String.join(" ", arguments);
        return all.length() <= SHOWN ? all : all.substring(0, SHOWN) + "… (" + arguments.size() + " arguments)";
    }
}

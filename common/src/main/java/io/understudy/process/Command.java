package io.understudy.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One program to run, without a shell. Secrets travel in files or in {@code environment}, never in {@code arguments};
 * {@link #toString()} shows arguments only.
 *
 * @param arguments program and arguments, at least one
 * @param environment added to the agent's own environment
 * @param limit the longest it may run before it is killed with its children
 * @param input writes the program's standard input; absent: an empty one
 * @param output consumes the program's standard output as a stream; absent: it is captured in the result (its last 64 KiB)
 */
public record Command(
        List<String> arguments,
        Map<String, String> environment,
        Duration limit,
        Optional<Feeder> input,
        Optional<Consumer> output) {
    private static final int SHOWN = 300;

    /** Writes to the program's standard input; the stream is closed afterwards by the runner. */
    @FunctionalInterface
    public interface Feeder {
        void feed(OutputStream input) throws IOException;
    }

    /** Reads the program's standard output until its end, in a thread of the caller's choosing. */
    @FunctionalInterface
    public interface Consumer {
        void consume(InputStream output) throws IOException;
    }

    public Command {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        Objects.requireNonNull(limit);
        Objects.requireNonNull(input);
        Objects.requireNonNull(output);
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("a command needs a program");
        }
    }

    public static Command of(List<String> arguments, Duration limit) {
        return new Command(arguments, Map.of(), limit, Optional.empty(), Optional.empty());
    }

    public Command with(Map<String, String> environment) {
        return new Command(arguments, environment, limit, input, output);
    }

    public Command feeding(Feeder feeder) {
        return new Command(arguments, environment, limit, Optional.of(feeder), output);
    }

    public Command into(Consumer consumer) {
        return new Command(arguments, environment, limit, input, Optional.of(consumer));
    }

    /** The arguments, as many as a message bears: pg_dump is told of every table. */
    @Override
    public String toString() {
        String all = String.join(" ", arguments);
        return all.length() <= SHOWN ? all : all.substring(0, SHOWN) + "… (" + arguments.size() + " arguments)";
    }
}

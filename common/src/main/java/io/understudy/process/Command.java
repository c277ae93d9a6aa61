package io.understudy.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One program to run, without a shell. Secrets travel in files or in {@code environment}, never in {@code arguments};
 * {@link #toString()} shows arguments only.
 *
 * @param arguments program and arguments, at least one
 * @param environment added to what the program inherits
 * @param inherited names of the agent's own variables that the program gets, where they are set
 * @param limit the longest it may run before it is killed with its children; with {@code hearing} the longest it
 *     may do so without a byte
 * @param output consumes the program's standard output as a stream; absent: it is captured in the result (its last 64
 *     KiB)
 * @param leavesProcesses whether the program may start others that go on after its end: then its output goes to a file,
 *     so that they never write into a pipe that no process reads
 * @param input produces the program's standard input as a stream; absent: it is empty
 * @param hearing which bytes begin the limit again: however much it is, it comes to its end while it flows
 * @param replacesOrphans whether those that an agent was killed in the middle of are ended before it begins
 */
public record Command(
        List<String> arguments,
        Map<String, String> environment,
        Set<String> inherited,
        Duration limit,
        Optional<Consumer> output,
        boolean leavesProcesses,
        Optional<Producer> input,
        Hearing hearing,
        boolean replacesOrphans) {
    /** Variables that say who and where a program runs, and hold no secret. */
    public static final List<String> USUAL = List.of(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "LANG",
            "LANGUAGE",
            "LC_ALL",
            "LC_CTYPE",
            "LC_MESSAGES",
            "TZ",
            "TMPDIR");

    private static final List<String> OF_LIBRARIES =
            List.of("LD_LIBRARY_PATH", "OPENSSL_CONF", "SSL_CERT_FILE", "SSL_CERT_DIR");

    private static final int SHOWN = 300;

    /** What says that a program is at work. */
    public enum Hearing {
        /** The limit is for all of it. */
        NOTHING,
        /** A byte that the consumer reads or the program takes; without a stream the limit is for all of it. */
        STREAMS,
        /** A byte of its standard error too: it reports its progress there. */
        ERRORS
    }

    /** Reads the program's standard output until its end, in a thread of the caller's choosing. */
    @FunctionalInterface
    public interface Consumer {
        void consume(InputStream output) throws IOException;
    }

    /**
     * Writes the program's standard input, in a thread of its own; its end is the end of the input. A program may end
     * before it has read all: that is not a failure. Anything else that is thrown ends the program, and fails its run.
     */
    @FunctionalInterface
    public interface Producer {
        void produce(OutputStream input) throws IOException;
    }

    public Command {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        inherited = Set.copyOf(inherited);
        Objects.requireNonNull(limit);
        Objects.requireNonNull(output);
        Objects.requireNonNull(input);
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("a command needs a program");
        }
        if (leavesProcesses && (output.isPresent() || hearing != Hearing.NOTHING)) {
            throw new IllegalArgumentException(
                    "an output that processes left behind hold is neither read nor waited for");
        }
    }

    /**
     * With {@link #USUAL} variables, and those that say where libraries lie: what the agent has for itself, such as the
     * keys of the filestore, no program needs.
     */
    public static Command of(List<String> arguments, Duration limit) {
        return new Command(
                        arguments,
                        Map.of(),
                        Set.copyOf(USUAL),
                        limit,
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        Hearing.NOTHING,
                        false)
                .inheriting(OF_LIBRARIES);
    }

    /** As {@link #ofSite(List, Collection, Duration)}, with the usual variables alone. */
    public static Command ofSite(List<String> arguments, Duration limit) {
        return ofSite(arguments, List.of(), limit);
    }

    /**
     * A command of an operator's, which may start a service. It gets {@link #USUAL} variables and those that are named.
     */
    public static Command ofSite(List<String> arguments, Collection<String> environment, Duration limit) {
        return new Command(
                        arguments,
                        Map.of(),
                        Set.copyOf(USUAL),
                        limit,
                        Optional.empty(),
                        true,
                        Optional.empty(),
                        Hearing.NOTHING,
                        false)
                .inheriting(environment);
    }

    /** The same with more variables of the agent's environment. */
    public Command inheriting(Collection<String> names) {
        Set<String> all = new TreeSet<>(inherited);
        all.addAll(names);
        return new Command(
                arguments, environment, all, limit, output, leavesProcesses, input, hearing, replacesOrphans);
    }

    public Command with(Map<String, String> environment) {
        return new Command(
                arguments, environment, inherited, limit, output, leavesProcesses, input, hearing, replacesOrphans);
    }

    /** The same with another limit. */
    public Command within(Duration longest) {
        return new Command(
                arguments, environment, inherited, longest, output, leavesProcesses, input, hearing, replacesOrphans);
    }

    /** The same with the limit for the time since a byte last went through its streams. */
    public Command limitingSilence() {
        return hearing(Hearing.STREAMS);
    }

    /** As {@link #limitingSilence}, where what it writes on its standard error says that it is at work. */
    public Command hearingErrors() {
        return hearing(Hearing.ERRORS);
    }

    private Command hearing(Hearing next) {
        return new Command(
                arguments, environment, inherited, limit, output, leavesProcesses, input, next, replacesOrphans);
    }

    /** Whether a byte begins the limit again. */
    public boolean limitsSilence() {
        return hearing != Hearing.NOTHING;
    }

    public Command into(Consumer consumer) {
        return new Command(
                arguments,
                environment,
                inherited,
                limit,
                Optional.of(consumer),
                leavesProcesses,
                input,
                hearing,
                replacesOrphans);
    }

    /** The same with what this writes on its standard input. */
    public Command fedBy(Producer producer) {
        return new Command(
                arguments,
                environment,
                inherited,
                limit,
                output,
                leavesProcesses,
                Optional.of(producer),
                hearing,
                replacesOrphans);
    }

    /** The same with this text on its standard input, as UTF-8. */
    public Command reading(String text) {
        return fedBy(input -> input.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * The same, as one of the commands that stop or start the site. One of these that runs on though its agent was
     * killed would undo what this one does: it is ended first, as one that ran into its limit.
     */
    public Command replacingOrphans() {
        return new Command(arguments, environment, inherited, limit, output, leavesProcesses, input, hearing, true);
    }

    /** Whether bytes say that it is at work. */
    boolean isHeard() {
        return hearing == Hearing.ERRORS || hearing == Hearing.STREAMS && (output.isPresent() || input.isPresent());
    }

    /** The arguments, as many as a message bears: pg_dump gets one for each table. */
    @Override
    public String toString() {
        String all = String.join(" ", arguments);
        return all.length() <= SHOWN ? all : all.substring(0, SHOWN) + "… (" + arguments.size() + " arguments)";
    }
}

package io.understudy.process;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One program to run, without a shell, with an empty standard input. Secrets travel in files or in {@code environment},
 * never in {@code arguments}; {@link #toString()} shows arguments only.
 *
 * @param arguments program and arguments, at least one
 * @param environment added to what the program inherits
 * @param inherited names of the agent's own variables that the program gets; absent: all of them
 * @param limit the longest it may run before it is killed with its children
 * @param output consumes the program's standard output as a stream; absent: it is captured in the result (its last 64
 *     KiB)
 * @param leavesProcesses whether the program may start others that go on after its end: then its output goes to a file,
 *     so that they never write into a pipe that no process reads
 */
public record Command(
        List<String> arguments,
        Map<String, String> environment,
        Optional<Set<String>> inherited,
        Duration limit,
        Optional<Consumer> output,
        boolean leavesProcesses) {
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

    private static final int SHOWN = 300;

    /** Reads the program's standard output until its end, in a thread of the caller's choosing. */
    @FunctionalInterface
    public interface Consumer {
        void consume(InputStream output) throws IOException;
    }

    public Command {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        inherited = inherited.map(Set::copyOf);
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
        return new Command(arguments, Map.of(), Optional.empty(), limit, Optional.empty(), false);
    }

    /** As {@link #ofSite(List, Collection, Duration)}, with the usual variables alone. */
    public static Command ofSite(List<String> arguments, Duration limit) {
        return ofSite(arguments, List.of(), limit);
    }

    /**
     * A command of an operator's, which may start a service. It gets {@link #USUAL} variables and those that are named:
     * what the agent has for itself, such as the keys of the filestore, is none of the site's.
     */
    public static Command ofSite(List<String> arguments, Collection<String> environment, Duration limit) {
        Set<String> inherited = new TreeSet<>(USUAL);
        inherited.addAll(environment);
        return new Command(arguments, Map.of(), Optional.of(inherited), limit, Optional.empty(), true);
    }

    public Command with(Map<String, String> environment) {
        return new Command(arguments, environment, inherited, limit, output, leavesProcesses);
    }

    public Command into(Consumer consumer) {
        return new Command(arguments, environment, inherited, limit, Optional.of(consumer), leavesProcesses);
    }

    /** The arguments, as many as a message bears: pg_dump gets one for each table. */
    @Override
    public String toString() {
        String all = String.join(" ", arguments);
        return all.length() <= SHOWN ? all : all.substring(0, SHOWN) + "… (" + arguments.size() + " arguments)";
    }
}

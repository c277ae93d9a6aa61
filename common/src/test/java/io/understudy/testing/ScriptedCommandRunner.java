package io.understudy.testing;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Runs no program: each command gets the answer of the last script that was set up for it, and what was run is
 * remembered. A command without a script fails as a missing program does. Thread-safe.
 */
public final class ScriptedCommandRunner implements CommandRunner {
    /**
     * How a program ends.
     *
     * @param output what it writes to standard output, to the command's consumer if it has one
     */
    public record Answer(int exitCode, byte[] output, String errors, Duration took) {
        public static Answer ok(String output) {
            return new Answer(0, output.getBytes(StandardCharsets.UTF_8), "", Duration.ofMillis(10));
        }

        public static Answer failed(int exitCode, String errors) {
            return new Answer(exitCode, new byte[0], errors, Duration.ofMillis(10));
        }

        /** Runs into whatever limit the command has. */
        public static Answer hanging() {
            return new Answer(143, new byte[0], "", Duration.ofDays(1_000));
        }
    }

    /** Decides the answer by the command; may throw what a runner throws. */
    @FunctionalInterface
    public interface Script {
        Answer answer(Command command);
    }

    private record Rule(Predicate<Command> matches, Script script) {}

    private final List<Rule> rules = new ArrayList<>();
    private final List<Command> commands = new ArrayList<>();

    /** Commands that match get this answer, unless a later rule matches too. */
    public synchronized ScriptedCommandRunner on(Predicate<Command> matches, Script script) {
        rules.add(0, new Rule(matches, script));
        return this;
    }

    /** Commands whose arguments, joined by spaces, start with the text get this answer. */
    public ScriptedCommandRunner on(String start, Answer answer) {
        return on(command -> command.toString().startsWith(start), command -> answer);
    }

    /** All commands so far, also those that failed, in order. */
    public synchronized List<Command> commands() {
        return List.copyOf(commands);
    }

    /** The same as text: arguments joined by spaces. */
    public List<String> lines() {
        return commands().stream().map(Command::toString).toList();
    }

    @Override
    public CommandResult run(Command command) {
        Script script = begin(command);
        try {
            return end(command, script.answer(command));
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "cannot transfer data through " + command + ": " + e.getMessage(),
                    "look at the cause",
                    e);
        }
    }

    private synchronized Script begin(Command command) {
        commands.add(command);
        return rules.stream()
                .filter(rule -> rule.matches().test(command))
                .findFirst()
                .map(Rule::script)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.COMMAND_FAILED,
                        "cannot run " + command + ": no such file or directory",
                        "give the scripted runner an answer for it"));
    }

    private static CommandResult end(Command command, Answer answer) throws IOException {
        if (answer.took().compareTo(command.limit()) > 0) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_TIMEOUT, "cannot run " + command + ": not done in time", "raise its time limit");
        }
        if (command.output().isPresent()) {
            command.output().get().consume(new ByteArrayInputStream(answer.output()));
            return new CommandResult(answer.exitCode(), "", answer.errors(), answer.took());
        }
        String output = new String(answer.output(), StandardCharsets.UTF_8);
        return new CommandResult(answer.exitCode(), output, answer.errors(), answer.took());
    }
}

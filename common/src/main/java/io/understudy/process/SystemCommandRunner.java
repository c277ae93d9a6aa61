package io.understudy.process;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.tasks.TaskScope;
import io.understudy.time.Ticker;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs programs of this host. What consumes their output runs in a thread of its own, and has ended when {@link #run}
 * returns or throws.
 *
 * <p>A command that {@link Command#leavesProcesses()} writes to files in a folder of this runner, so no pipe of the
 * agent outlives it, and it is over when it ends, whatever it left behind. What it left behind may go on writing;
 * {@link #tidy} keeps that within bounds.
 */
public final class SystemCommandRunner implements CommandRunner {
    private static final Logger LOG = LoggerFactory.getLogger(SystemCommandRunner.class);
    private static final Pattern REASON = Pattern.compile("(?s).*error=\\d+, (.*)$|error: \\d+ \\((.*)\\)\\s*$");
    private static final File NO_INPUT = new File("/dev/null");

    private static final Duration SLICE = Duration.ofSeconds(1);

    private final Ticker ticker;
    private final OutputFiles files;
    private final RunNotes notes;
    private final Duration slice;

    /** @param folder for the output of commands that leave processes behind; made when it is missing */
    public SystemCommandRunner(Path folder) {
        this(folder, Ticker.system());
    }

    /** @param ticker measures how long programs took */
    public SystemCommandRunner(Path folder, Ticker ticker) {
        this(folder, ticker, SLICE);
    }

    /** @param slice how long a program runs between two looks at its limit */
    SystemCommandRunner(Path folder, Ticker ticker, Duration slice) {
        this.slice = slice;
        this.files = new OutputFiles(folder, Clock.systemUTC());
        this.notes = new RunNotes(folder, ticker);
        this.ticker = ticker;
    }

    @Override
    public CommandResult run(Command command) {
        Arguments.check(command);
        String mark = UUID.randomUUID().toString();
        if (!command.replacesOrphans()) {
            return run(command, mark, process -> {});
        }
        notes.endOrphans(command);
        try (RunNotes.Note note = notes.begin(mark, command)) {
            return run(command, mark, note::started);
        }
    }

    private CommandResult run(Command command, String mark, Consumer<Process> started) {
        long start = ticker.nanos();
        LastByte last = new LastByte(ticker);
        try (Running running = start(command, mark, started, last)) {
            await(running, command, command.isHeard() ? last::since : () -> ticker.since(start));
            Duration took = ticker.since(start);
            CommandResult result = new CommandResult(running.exitCode(), running.output(), running.errors(), took);
            LOG.debug("{} ended with {} after {} ms", command, result.exitCode(), took.toMillis());
            return result;
        }
    }

    @Override
    public void tidy() {
        files.tidy();
    }

    private void await(Running running, Command command, Supplier<Duration> used) {
        try {
            running.await(command.limit(), used, slice);
        } catch (TimeoutException e) {
            running.end();
            throw timeout(command, running.errors());
        } catch (InterruptedException e) {
            running.end();
            Thread.currentThread().interrupt();
            throw new UnderstudyException(
                    ErrorCode.CANCELLED, "cannot run " + command + ": interrupted", "run it again", e);
        } catch (ExecutionException e) {
            running.end();
            throw failed(command, e.getCause());
        }
    }

    private Running start(Command command, String mark, Consumer<Process> started, LastByte last) {
        LastByte unheard = new LastByte(ticker);
        ProgramOutput output = command.leavesProcesses()
                ? new FiledOutput(files.create(mark, command.limit()))
                : new PipedOutput(
                        command,
                        command.output().isPresent() ? last : unheard,
                        command.hearing() == Command.Hearing.ERRORS ? last : unheard);
        ProcessBuilder builder = new ProcessBuilder(command.arguments());
        if (command.input().isEmpty()) {
            builder.redirectInput(NO_INPUT);
        }
        builder.environment().keySet().retainAll(command.inherited());
        builder.environment().putAll(command.environment());
        builder.environment().put(MarkedProcesses.VARIABLE, mark);
        output.attach(builder);
        Instant from = Instant.now();
        MarkedProcesses marked = new MarkedProcesses(
                mark, from, command.limitsSilence() ? MarkedProcesses.OPEN : from.plus(command.limit()));
        try {
            Process process = builder.start();
            started.accept(process);
            Optional<FedInput> input = command.input()
                    .map(producer -> FedInput.start(command.arguments().get(0), process, producer, last));
            return new Running(process, marked, output, input, ticker);
        } catch (IOException e) {
            output.close();
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "cannot run " + command + ": " + why(e),
                    "install the program, or correct its path in the configuration",
                    e);
        }
    }

    /**
     * Java says {@code Cannot run program "x": error=2, No such file or directory}, newer ones
     * {@code …: Exec failed, error: 2 (No such file or directory)}: the system's own words are the reason.
     */
    private static String why(IOException e) {
        String message = String.valueOf(e.getMessage());
        Matcher reason = REASON.matcher(message);
        return reason.find()
                ? (reason.group(1) == null ? reason.group(2) : reason.group(1))
                        .strip()
                        .toLowerCase(Locale.ROOT)
                : message;
    }

    private static UnderstudyException timeout(Command command, String errors) {
        String last = Optional.of(errors.strip())
                .filter(text -> !text.isEmpty())
                .map(text -> "; its last output: "
                        + text.substring(Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1))
                .orElse("");
        return new UnderstudyException(
                ErrorCode.COMMAND_TIMEOUT,
                "cannot run " + command + ": "
                        + (command.isHeard() ? "no byte came from it or was taken by it for " : "not done after ")
                        + seconds(command.limit()) + last,
                "find out what it waits for, or raise its time limit");
    }

    private static String seconds(Duration limit) {
        return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }

    private static RuntimeException failed(Command command, Throwable cause) {
        return cause instanceof IOException
                ? new UnderstudyException(
                        ErrorCode.COMMAND_FAILED,
                        "cannot transfer data through " + command + ": " + cause.getMessage(),
                        "run it again; if it fails again, see the agent's log",
                        cause)
                : TaskScope.unchecked(cause);
    }
}

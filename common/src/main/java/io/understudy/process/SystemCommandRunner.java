package io.understudy.process;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs programs of this host. Their standard error is always read, by a thread of its own; feeder and consumer run in threads
 * of their own too, and have ended when {@link #run} returns or throws.
 *
 * <p>A program may leave a process behind, as commands that start services do. Without a consumer it is not waited for; if it still
 * has the program's output, that is read and dropped, as far as Java lets it and as long as this agent lives: a service had better
 * write elsewhere. With a consumer the end of the output is waited for, up to the limit.
 */
public final class SystemCommandRunner implements CommandRunner {
    private static final Logger LOG = LoggerFactory.getLogger(SystemCommandRunner.class);

    private final Ticker ticker;

    public SystemCommandRunner() {
        this(Ticker.system());
    }

    /** @param ticker measures how long programs took */
    public SystemCommandRunner(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public CommandResult run(Command command) {
        Arguments.check(command);
        long start = ticker.nanos();
        String mark = UUID.randomUUID().toString();
        Running running = new Running(start(command, mark), command, mark, ticker);
        try {
            running.await(command.limit());
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
        Duration took = ticker.since(start);
        CommandResult result = new CommandResult(running.exitCode(), running.output(), running.errors(), took);
        LOG.debug("{} ended with {} after {} ms", command, result.exitCode(), took.toMillis());
        return complete(command, running, result);
    }

    private static Process start(Command command, String mark) {
        ProcessBuilder builder = new ProcessBuilder(command.arguments());
        builder.environment().putAll(command.environment());
        builder.environment().put(ProcessTree.MARK, mark);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "cannot run " + command + ": " + why(e),
                    "install the program, or correct its path in the configuration",
                    e);
        }
    }

    /** Java says {@code Cannot run program "x": error=2, No such file or directory}: the part after the number is the reason. */
    private static String why(IOException e) {
        String message = String.valueOf(e.getMessage());
        int number = message.lastIndexOf("error=");
        int comma = message.indexOf(", ", Math.max(number, 0));
        return number < 0 || comma < 0 ? message : message.substring(comma + 2).toLowerCase(Locale.ROOT);
    }

    private static CommandResult complete(Command command, Running running, CommandResult result) {
        if (result.ok() && running.refusedInput()) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "cannot run " + command + ": it ended well, but without reading all of its input",
                    "check that it is the program that was meant");
        }
        return result;
    }

    private static UnderstudyException timeout(Command command, String errors) {
        String last = Optional.of(errors.strip())
                .filter(text -> !text.isEmpty())
                .map(text -> "; it last said: " + text.substring(text.lastIndexOf('\n') + 1))
                .orElse("");
        return new UnderstudyException(
                ErrorCode.COMMAND_TIMEOUT,
                "cannot run " + command + ": not done after " + seconds(command.limit()) + last,
                "find out what it waits for, or raise its time limit");
    }

    private static String seconds(Duration limit) {
        return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }

    private static RuntimeException failed(Command command, Throwable cause) {
        if (cause instanceof RuntimeException e) {
            return e;
        }
        if (cause instanceof Error e) {
            throw e;
        }
        return new UnderstudyException(
                ErrorCode.COMMAND_FAILED,
                "cannot pass data through " + command + ": " + cause.getMessage(),
                "look at the cause; running it again may help",
                cause);
    }
}

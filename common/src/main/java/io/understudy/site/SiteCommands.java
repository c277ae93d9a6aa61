package io.understudy.site;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs commands that an operator gave for the site. What they print goes to the log. */
public final class SiteCommands {
    private static final Logger LOG = LoggerFactory.getLogger(SiteCommands.class);

    private final CommandRunner runner;
    private final List<String> environment;
    private final Duration limit;

    /**
     * @param environment names of the agent's variables that they get
     * @param limit of each
     */
    public SiteCommands(CommandRunner runner, List<String> environment, Duration limit) {
        this.runner = runner;
        this.environment = List.copyOf(environment);
        this.limit = limit;
    }

    /**
     * @param what it does, for people: {@code stop the site}
     * @param setting where the command comes from: {@code quiesce.stop}
     * @param arguments none: nothing is done
     * @throws UnderstudyException {@code COMMAND_FAILED}, {@code COMMAND_TIMEOUT}
     */
    public void run(String what, String setting, List<String> arguments) {
        if (arguments.isEmpty()) {
            return;
        }
        Command command = Command.ofSite(arguments, environment, limit);
        CommandResult result = runner.run(command);
        for (String line : Output.lines(result)) {
            if (result.ok()) {
                LOG.info("{}: {}", setting, line);
            } else {
                LOG.warn("{}: {}", setting, line);
            }
        }
        if (!result.ok()) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "cannot " + what + ": " + Output.ending(command, result),
                    "run " + setting + " by hand; its whole output is in the log");
        }
    }
}

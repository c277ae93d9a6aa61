package io.understudy.site;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Healthy is a command that ends with 0. */
final class CommandHealthCheck implements HealthCheck {
    private final List<String> command;
    private final List<String> environment;
    private final CommandRunner runner;

    CommandHealthCheck(List<String> command, List<String> environment, CommandRunner runner) {
        this.command = command;
        this.environment = environment;
        this.runner = runner;
    }

    @Override
    public Optional<String> ask(Duration limit) {
        Command check = Command.ofSite(command, environment, limit);
        try {
            CommandResult result = runner.run(check);
            return result.ok() ? Optional.empty() : Optional.of(Output.ending(check, result));
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            return Optional.of(e.getMessage());
        }
    }
}

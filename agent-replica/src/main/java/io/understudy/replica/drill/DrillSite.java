package io.understudy.replica.drill;

import io.understudy.config.DrillSettings.DrillCommands;
import io.understudy.config.DrillSettings.SmokeTest;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import io.understudy.site.SiteService;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The copy of the site, by the commands of {@code drill}. What they print goes to the log. */
final class DrillSite {
    private static final Logger LOG = LoggerFactory.getLogger(DrillSite.class);

    private final DrillCommands commands;
    private final CommandRunner runner;
    private final Function<CommandRunner, SiteService> health;

    /** @param health makes what asks for the health of the copy, with this runner */
    DrillSite(DrillCommands commands, CommandRunner runner, Function<CommandRunner, SiteService> health) {
        this.commands = commands;
        this.runner = runner;
        this.health = health;
    }

    void start(Map<String, String> variables) {
        run("drill.start", commands.start(), variables);
    }

    void stop(Map<String, String> variables) {
        run("drill.stop", commands.stop(), variables);
    }

    List<SmokeTest> tests() {
        return commands.smoke();
    }

    void smoke(SmokeTest test, Map<String, String> variables) {
        run("drill.smoke, " + test.name(), test.command(), variables);
    }

    /** Whether there is a way to ask it. */
    boolean hasHealth() {
        return commands.health().isPresent();
    }

    /** @throws UnderstudyException {@code SITE_UNHEALTHY}; {@code CANCELLED} when interrupted */
    void prove(Map<String, String> variables) {
        try {
            health.apply(command -> runner.run(command.with(variables))).prove();
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.SITE_UNHEALTHY) {
                throw e;
            }
            throw new UnderstudyException(
                    e.code(),
                    "the copy of the site: " + e.getMessage(),
                    "see its log; if it only needs longer, raise drill.health.within",
                    e);
        }
    }

    private void run(String setting, List<String> arguments, Map<String, String> variables) {
        Command command = Command.ofSite(arguments, commands.environment(), commands.limit())
                .with(variables);
        CommandResult result = runner.run(command);
        Stream.of(result.output(), result.errors())
                .flatMap(String::lines)
                .filter(line -> !line.isBlank())
                .forEach(line -> LOG.info("{}: {}", setting, line));
        if (!result.ok()) {
            throw new UnderstudyException(
                    ErrorCode.COMMAND_FAILED,
                    "cannot rehearse: " + setting + " (" + command + ") ended with " + result.exitCode()
                            + last(result).map(line -> ": " + line).orElse(""),
                    "run it by hand with the variables of docs/drill.md; its whole output is in the log");
        }
    }

    private static Optional<String> last(CommandResult result) {
        String said = result.errors().isBlank() ? result.output() : result.errors();
        return said.lines().filter(line -> !line.isBlank()).reduce((before, line) -> line.strip());
    }
}

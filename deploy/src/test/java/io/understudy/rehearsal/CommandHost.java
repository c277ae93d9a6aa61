package io.understudy.rehearsal;

import io.understudy.rehearsal.AgentProcess.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Runs the agents' commands that come to an end, one after the other, in one process, on the packaged libraries: a
 * Java machine that starts for each costs ten times what most commands do. The launcher, and what depends on a
 * process's environment or its end, is tested in processes of their own, by {@link Program#run}.
 */
final class CommandHost {
    private static final Set<String> OF_THE_JAVA_MACHINE = Set.of("UNDERSTUDY_JAVA_OPTS");

    private static final CommandHost INSTANCE = new CommandHost();

    private Optional<AgentProcess> process = Optional.empty();

    private CommandHost() {}

    /** @param limit of a process of its own; the other is killed after two minutes in which a command does not end */
    static Outcome run(Program program, Duration limit) {
        return OF_THE_JAVA_MACHINE.containsAll(program.environment().keySet())
                ? INSTANCE.inOneProcess(program)
                : program.run(limit);
    }

    private synchronized Outcome inOneProcess(Program program) {
        List<String> words = program.command();
        String agent = Path.of(words.get(0)).getFileName().toString().replace("agent-", "");
        AgentProcess running = process.orElseGet(CommandHost::start);
        // After a command that did not end the next one gets another process.
        process = Optional.empty();
        Ended ended = running.run(agent, words.subList(1, words.size()).toArray(String[]::new));
        process = Optional.of(running);
        return new Outcome(program.toString(), ended.code(), ended.output(), ended.errors());
    }

    private static AgentProcess start() {
        try {
            Path log = Files.createTempFile("understudy-commands", ".log");
            log.toFile().deleteOnExit();
            return AgentProcess.start(log, "WARN");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

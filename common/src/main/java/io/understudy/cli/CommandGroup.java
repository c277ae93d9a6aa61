package io.understudy.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command that does nothing itself, as {@code audit}: its own commands do. */
@Command
public abstract class CommandGroup implements Runnable {
    @ParentCommand
    protected AgentProgram cli;

    @Spec
    private CommandSpec spec;

    @Override
    public final void run() {
        throw new ParameterException(
                spec.commandLine(),
                spec.name() + " lacks a command: "
                        + String.join(", ", spec.subcommands().keySet()));
    }
}

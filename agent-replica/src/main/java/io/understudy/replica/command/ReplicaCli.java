package io.understudy.replica.command;

import io.understudy.cli.AgentProgram;
import io.understudy.cli.Terminal;
import io.understudy.config.Settings;
import io.understudy.progress.Progress;
import io.understudy.replica.app.DaemonStatus;
import io.understudy.replica.app.Replica;
import io.understudy.replica.events.ReplicaEvents;
import io.understudy.replica.state.ApplyLock;
import picocli.CommandLine.Command;

/** {@code agent-replica}. Each command has a class of its own. */
@Command(
        name = "agent-replica",
        description = "Keeps this server a standby of a site, and promotes it.",
        subcommands = {
            RunCommand.class,
            InitCommand.class,
            CheckCommand.class,
            SyncCommand.class,
            StatusCommand.class,
            ListCommand.class,
            VerifyCommand.class,
            RestoreCommand.class,
            RollbackCommand.class,
            PromoteCommand.class
        })
public final class ReplicaCli extends AgentProgram {
    public ReplicaCli(Terminal terminal) {
        super(terminal);
    }

    public static void main(String[] arguments) {
        System.exit(new ReplicaCli(Terminal.system()).execute(arguments));
    }

    boolean daemonRuns(Settings settings) {
        return new ApplyLock(settings.state()).daemonRuns();
    }

    /** By the daemon when it runs, here otherwise. */
    Work work(Settings settings, ReplicaWiring wiring) {
        return daemonRuns(settings)
                ? new DaemonWork(settings)
                : new HereWork(progress -> new Replica(wiring.ports(), watching(progress)));
    }

    /** To see, before an operator is asked, whether there is anything to do. */
    static Replica looking(ReplicaWiring wiring) {
        return new Replica(wiring.ports(), new ReplicaEvents() {});
    }

    /** Shows how far a round has come. */
    private static ReplicaEvents watching(Progress progress) {
        DaemonStatus view = new DaemonStatus("", java.time.Clock.systemUTC());
        view.add(progress);
        return view;
    }
}

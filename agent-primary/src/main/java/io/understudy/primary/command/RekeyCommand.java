package io.understudy.primary.command;

import io.understudy.audit.Caller;
import io.understudy.cli.Bytes;
import io.understudy.cli.ProgressDisplay;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.Rekeying;
import io.understudy.primary.app.Rekeying.Rekeyed;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rekey",
        description =
                "Makes another key for an encrypted repository, at once, and encrypts what is there to it. Stopped, it goes on with the next call.")
final class RekeyCommand extends PrimaryCommand {
    @Option(
            names = "--identity",
            paramLabel = "FILE",
            description = "An identity that opens the repository. Default: encryption.identity")
    private Path identity;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description = "Stop then: a time of day such as 06:00, or a duration such as 2h.")
    private String until;

    @Option(
            names = "--further",
            description = "Make another key though the last one is not finished, as when that is in wrong hands too.")
    private boolean further;

    @Override
    int run(PrimaryWiring agent) {
        Rekeying rekeying = agent.encryption().rekeying(Optional.ofNullable(identity));
        Rekeyed[] done = new Rekeyed[1];
        try (ProgressDisplay progress = cli.progress()) {
            cli.interruptible(() -> done[0] = agent.access()
                    .audit()
                    .around(
                            Caller.ofThisProcess(),
                            "rekey",
                            "",
                            () -> rekeying.run(further, Optional.ofNullable(until), progress)));
        }
        cli.print(done[0], () -> text(done[0]));
        return 0;
    }

    private static String text(Rekeyed now) {
        String key = "key " + now.key() + " of repository " + now.repository() + (now.made() ? " made; " : "; ");
        String damaged = now.unreadable() == 0
                ? ""
                : "\n" + now.unreadable()
                        + " objects are damaged and stay as they are: agent-primary verify --repair, or prune";
        String rest = now.done()
                ? "all content is encrypted to it"
                : "left: " + now.left() + " objects (" + Bytes.text(now.leftBytes())
                        + "), run agent-primary rekey again";
        return key + now.resealed() + " objects encrypted again; " + rest + damaged;
    }
}

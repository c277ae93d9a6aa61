package io.understudy.primary.command;

import io.understudy.audit.Caller;
import io.understudy.primary.app.Initialisation.Initialised;
import io.understudy.primary.app.PrimaryWiring;
import picocli.CommandLine.Command;

@Command(
        name = "init",
        description = "Creates the repository in the filestore and, where there is none, the signing key pair.")
final class InitCommand extends PrimaryCommand {
    @Override
    int run(PrimaryWiring agent) {
        Initialised made = agent.access()
                .audit()
                .around(
                        Caller.ofThisProcess(),
                        "init",
                        "",
                        () -> agent.initialisation().run());
        cli.print(made, () -> text(made));
        return 0;
    }

    private static String text(Initialised made) {
        String key = made.keyCreated() ? "signing key created in " : "signing key used from ";
        return "repository " + made.repository() + " of site " + made.site() + " created in " + made.filestore() + "\n"
                + key + made.privateKey() + ", its public key is " + made.publicKey() + "\n"
                + "next: copy " + made.publicKey() + " to the standby and name it there in signing.trusted_keys,\n"
                + "      then take the first snapshot with agent-primary snapshot, or start agent-primary run";
    }
}

package io.understudy.primary.command;

import io.understudy.audit.Caller;
import io.understudy.primary.app.IdentityRepair.Repaired;
import io.understudy.primary.app.Initialisation.Initialised;
import io.understudy.primary.app.PrimaryWiring;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "init",
        description = "Creates the repository in the filestore and, where there is none, the signing key pair.")
final class InitCommand extends PrimaryCommand {
    @Option(
            names = "--repair",
            description = "Create nothing; write understudy.json again, where it is damaged or gone. On the primary.")
    private boolean repair;

    @Option(
            names = "--create-bucket",
            description =
                    "First create the bucket of filestore.url, unless it is there; with Object Lock where retention.lock is set.")
    private boolean createBucket;

    @Override
    int run(PrimaryWiring agent) {
        if (createBucket) {
            boolean created = audited(agent, "init --create-bucket", agent::createBucket);
            cli.say(created ? "bucket created" : "the bucket is there already");
        }
        if (repair) {
            Repaired repaired =
                    audited(agent, "init --repair", () -> agent.identityRepair().run());
            cli.print(repaired, () -> text(repaired));
        } else {
            Initialised made =
                    audited(agent, "init", () -> agent.initialisation().run());
            cli.print(made, () -> text(made));
        }
        return 0;
    }

    private static <T> T audited(PrimaryWiring agent, String command, Supplier<T> work) {
        return agent.access().audit().around(Caller.ofThisProcess(), command, "", work);
    }

    private static String text(Repaired repaired) {
        String what = "understudy.json of repository " + repaired.repository() + " in " + repaired.filestore();
        return repaired.replaced()
                .map(why -> what + " written again; before: " + why)
                .orElse(what + " is as it should be");
    }

    private static String text(Initialised made) {
        String key = made.keyCreated() ? "signing key created in " : "signing key used from ";
        return "repository " + made.repository() + " of site " + made.site() + " created in " + made.filestore() + "\n"
                + key + made.privateKey() + ", its public key is " + made.publicKey() + "\n"
                + "next: copy " + made.publicKey() + " to the standby and name it there in signing.trusted_keys,\n"
                + "      then take the first snapshot with agent-primary snapshot, or start agent-primary run";
    }
}

package io.understudy.primary.command;

import io.understudy.audit.Caller;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.IdentityRepair.Repaired;
import io.understudy.primary.app.Initialisation.Initialised;
import io.understudy.primary.app.NewEncryption;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.RecoverySheet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
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

    @Option(
            names = "--encrypt",
            description =
                    "Encrypt the repository to encryption.recipients, and print the recovery sheet; where there is only one recipient a recovery key is made.")
    private boolean encrypt;

    @Option(
            names = "--sheet",
            paramLabel = "FILE",
            description =
                    "With --encrypt: write the recovery sheet to this new file, as a page to be printed, instead of printing it.")
    private Path sheet;

    @Override
    int run(PrimaryWiring agent) {
        requireSense(agent);
        if (createBucket) {
            boolean created = audited(agent, "init --create-bucket", agent::createBucket);
            cli.say(created ? "bucket created" : "the bucket is there already");
        }
        if (repair) {
            Repaired repaired =
                    audited(agent, "init --repair", () -> agent.identityRepair().run());
            cli.print(repaired, () -> text(repaired));
        } else {
            Optional<NewEncryption> encryption = encrypt
                    ? Optional.of(agent.newEncryption(sheet == null ? made -> cli.say(made.text()) : this::write))
                    : Optional.empty();
            Initialised made = audited(
                    agent,
                    encrypt ? "init --encrypt" : "init",
                    () -> agent.initialisation().run(encryption));
            cli.print(made, () -> text(made));
        }
        return 0;
    }

    private void requireSense(PrimaryWiring agent) {
        boolean configured = agent.settings().encryption().isPresent();
        if (!encrypt && !repair && configured) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot create a plain repository: the configuration has encryption",
                    "run agent-primary init --encrypt, or remove encryption from the configuration");
        }
        if (encrypt && repair) {
            throw new UnderstudyException(
                    ErrorCode.USAGE, "cannot encrypt with --repair: it creates nothing", "leave one of the two out");
        }
        if (sheet != null && !encrypt) {
            throw new UnderstudyException(
                    ErrorCode.USAGE, "cannot write a recovery sheet without --encrypt", "add --encrypt");
        }
    }

    private void write(RecoverySheet made) {
        NewFile.write(sheet, made.html().getBytes(StandardCharsets.UTF_8));
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
        String encrypted =
                made.recipients().isEmpty() ? "" : "encrypted to " + String.join(", ", made.recipients()) + "\n";
        return "repository " + made.repository() + " of site " + made.site() + " created in " + made.filestore() + "\n"
                + encrypted + key + made.privateKey() + ", its public key is " + made.publicKey() + "\n"
                + "next: copy " + made.publicKey() + " to the standby and name it there in signing.trusted_keys,\n"
                + "      then take the first snapshot with agent-primary snapshot, or start agent-primary run";
    }
}

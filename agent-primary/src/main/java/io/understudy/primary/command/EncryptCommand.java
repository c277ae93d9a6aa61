package io.understudy.primary.command;

import io.understudy.age.Recipient;
import io.understudy.audit.Caller;
import io.understudy.cli.Bytes;
import io.understudy.cli.ProgressDisplay;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.Encrypting;
import io.understudy.primary.app.Encrypting.Moved;
import io.understudy.primary.app.NewEncryption;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.RecoverySheet;
import io.understudy.progress.Progress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "encrypt",
        description =
                "Moves a plain repository over to encryption, in three steps: encrypt, then --switch, then --clean. Stopped, each goes on with the next call.")
final class EncryptCommand extends PrimaryCommand {
    @Parameters(
            paramLabel = "RECIPIENT",
            arity = "0..*",
            description = "For whom: a public key, age1…, of each standby. With one alone a recovery key is made.")
    private List<String> recipients = List.of();

    @Option(
            names = "--sheet",
            paramLabel = "FILE",
            description = "Write the recovery sheet to this new file, as a page to be printed, instead of printing it.")
    private Path sheet;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description = "Stop then: a time of day such as 06:00, or a duration such as 2h.")
    private String until;

    @Option(names = "--switch", description = "Make the repository an encrypted one, when all is encrypted.")
    private boolean change;

    @Option(names = "--clean", description = "Delete the plain content, when each recipient opened the encrypted.")
    private boolean clean;

    @Option(names = "--force", description = "With --clean: also when a recipient did not.")
    private boolean force;

    @Override
    int run(PrimaryWiring agent) {
        requireSense();
        Moved[] moved = new Moved[1];
        Encrypting encrypting = agent.encryption().encrypting();
        try (ProgressDisplay progress = cli.progress()) {
            cli.interruptible(() -> moved[0] = agent.access()
                    .audit()
                    .around(
                            Caller.ofThisProcess(),
                            change ? "encrypt --switch" : clean ? "encrypt --clean" : "encrypt",
                            String.join(" ", recipients),
                            () -> step(agent, encrypting, progress)));
        }
        cli.print(moved[0], () -> text(moved[0]));
        return 0;
    }

    private Moved step(PrimaryWiring agent, Encrypting encrypting, Progress progress) {
        if (change) {
            return encrypting.change(progress);
        }
        if (clean) {
            return encrypting.clean(force);
        }
        List<Recipient> parsed = recipients.stream().map(KeysCommand::parsed).toList();
        NewEncryption made = NewEncryption.ofPlain(parsed, agent.settings().state(), this::keep);
        return encrypting.prepare(made, Optional.ofNullable(until), progress);
    }

    private void requireSense() {
        boolean prepares = !change && !clean;
        if (change && clean
                || force && !clean
                || !prepares && (sheet != null || until != null || !recipients.isEmpty())) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "these options of encrypt do not go together",
                    "run agent-primary encrypt RECIPIENT…, then encrypt --switch, then encrypt --clean");
        }
    }

    private void keep(RecoverySheet made) {
        if (sheet == null) {
            cli.say(made.text());
        } else {
            NewFile.write(sheet, made.html().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String text(Moved moved) {
        String damaged = moved.unreadable() == 0
                ? ""
                : "; " + moved.unreadable() + " are damaged and have no encrypted form: run agent-primary verify";
        return switch (moved.step()) {
            case "switch" ->
                moved.encrypted()
                        + " objects encrypted; the repository is encrypted now\nnext: set encryption.recipients here and restart agent-primary run;\n"
                        + "      on each standby set encryption.identity and restart agent-replica run;\n"
                        + "      agent-primary check --recovery-key FILE, then agent-primary encrypt --clean";
            case "clean" -> moved.encrypted() + " plain blobs deleted";
            default ->
                moved.encrypted() + " blobs encrypted" + damaged
                        + (moved.done()
                                ? "; all have an encrypted form\nnext: agent-primary encrypt --switch, with the identity at hand on each standby"
                                : "; left: " + moved.left() + " (" + Bytes.text(moved.leftBytes())
                                        + "), run agent-primary encrypt again");
        };
    }
}

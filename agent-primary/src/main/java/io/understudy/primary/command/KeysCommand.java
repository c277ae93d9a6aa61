package io.understudy.primary.command;

import io.understudy.age.Recipient;
import io.understudy.audit.Caller;
import io.understudy.cli.CommandGroup;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.KeyRecipients;
import io.understudy.primary.app.KeyRecipients.Recipients;
import io.understudy.primary.app.PrimaryWiring;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The commands {@code keys list}, {@code keys add} and {@code keys remove}. */
@Command(
        name = "keys",
        description = "For whom the key of an encrypted repository is encrypted.",
        subcommands = {KeysCommand.Show.class, KeysCommand.Add.class, KeysCommand.Remove.class})
final class KeysCommand extends CommandGroup {
    /** @throws UnderstudyException {@code USAGE} */
    static Recipient parsed(String text) {
        try {
            return Recipient.parse(text);
        } catch (IllegalArgumentException e) {
            // Not quoted: it may be the private half.
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "this is no recipient: " + e.getMessage(),
                    "give the public key that age-keygen prints: age1…");
        }
    }

    /** What all of them take. */
    private abstract static class Part implements Runnable {
        @ParentCommand
        KeysCommand keys;

        @Option(
                names = "--identity",
                paramLabel = "FILE",
                description = "An identity that opens the key. Default: encryption.identity")
        private Path identity;

        final <T> T with(BiFunction<PrimaryWiring, KeyRecipients, T> work) {
            try (PrimaryWiring agent = PrimaryWiring.of(keys.cli.settings())) {
                return work.apply(agent, agent.encryption().keyRecipients(Optional.ofNullable(identity)));
            }
        }

        final void print(Recipients now, String remark) {
            keys.cli.print(
                    now,
                    () -> "key " + now.key() + " of repository " + now.repository() + " is encrypted to\n  "
                            + String.join("\n  ", now.recipients()) + remark);
        }
    }

    /** A change of them, which is audited. */
    private abstract static class Change extends Part {
        @Parameters(paramLabel = "RECIPIENT", description = "A public key: age1…")
        private String recipient;

        final Recipients change(String command, BiFunction<KeyRecipients, Recipient, Recipients> work) {
            Recipient parsed = parsed(recipient);
            return with((agent, recipients) -> agent.access()
                    .audit()
                    .around(Caller.ofThisProcess(), command, parsed.text(), () -> work.apply(recipients, parsed)));
        }
    }

    @Command(name = "list", description = "Those that open the repository.")
    static final class Show extends Part {
        @Override
        public void run() {
            print(with((agent, recipients) -> recipients.list()), "");
        }
    }

    @Command(name = "add", description = "Adds one, which can read all that is there.")
    static final class Add extends Change {
        @Override
        public void run() {
            print(change("keys add", KeyRecipients::add), "");
        }
    }

    @Command(name = "remove", description = "Removes one. It takes away nothing that it has read.")
    static final class Remove extends Change {
        @Override
        public void run() {
            print(
                    change("keys remove", KeyRecipients::remove),
                    "\nthe removed one may have kept the repository's key: where it is in wrong hands, run agent-primary rekey");
        }
    }
}

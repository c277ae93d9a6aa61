package io.understudy.primary.command;

import io.understudy.cli.CommandGroup;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import io.understudy.files.FolderDeletion;
import io.understudy.process.SystemCommandRunner;
import io.understudy.transport.CertificateMaker;
import io.understudy.transport.CertificateMaker.Made;
import io.understudy.transport.Keytool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The command {@code tls init}. Needs no configuration: it is for a machine of its own, too. */
@Command(name = "tls", description = "The certificates of the servers.", subcommands = TlsCommand.Init.class)
final class TlsCommand extends CommandGroup {
    @Command(
            name = "init",
            description =
                    "Makes a private authority and a certificate for each server, for both ends of gRPC. An authority in the folder is used again.")
    static final class Init implements Runnable {
        @ParentCommand
        private TlsCommand tls;

        @Parameters(
                paramLabel = "SERVER",
                arity = "1..*",
                description = "The name or address of a server, as the other one's replica.primaries has it.")
        private List<String> servers;

        @Option(
                names = "--to",
                paramLabel = "DIR",
                defaultValue = "understudy-tls",
                description = "The folder for the files. Default: ${DEFAULT-VALUE}")
        private Path to;

        @Option(names = "--key", paramLabel = "KIND", defaultValue = "ec", description = "ec or rsa. Default: ec")
        private Keytool.KeyKind key;

        @Option(
                names = "--days",
                paramLabel = "N",
                defaultValue = "825",
                description = "How long the servers' certificates hold, 1 to 3650. Default: ${DEFAULT-VALUE}")
        private int days;

        @Option(names = "--renew", description = "Replace the files of servers that are there.")
        private boolean renew;

        @Override
        public void run() {
            if (days < 1 || days > 3650) {
                throw new UnderstudyException(
                        ErrorCode.USAGE, "cannot make a certificate for " + days + " days", "say 1 to 3650");
            }
            Made made = inScratch(scratch -> {
                SystemCommandRunner runner = new SystemCommandRunner(scratch);
                return new CertificateMaker(new Keytool(runner, scratch)).make(to, servers, key, days, renew);
            });
            tls.cli.print(made, () -> text(made));
        }

        private String text(Made made) {
            return "authority " + made.ca() + (made.created() ? " created" : " used again") + "\n"
                    + "files of the servers: " + String.join(", ", made.servers()) + "\n"
                    + "next: copy each folder to its server as /etc/understudy/tls, name its files in tls,\n"
                    + "      list the other server in primary.replicas, restart the agents, and run check on both;\n"
                    + "      keep " + to.resolve("authority.key") + " away from the servers";
        }
    }

    private interface Work {
        Made in(Path scratch);
    }

    /** Keys lie there for a moment. */
    private static Made inScratch(Work work) {
        Path scratch = null;
        try {
            scratch = Files.createTempDirectory("understudy-tls");
            return work.in(scratch);
        } catch (IOException e) {
            throw FileFailure.of("create a folder in", Path.of(System.getProperty("java.io.tmpdir")), e);
        } finally {
            if (scratch != null) {
                FolderDeletion.delete(scratch);
            }
        }
    }
}

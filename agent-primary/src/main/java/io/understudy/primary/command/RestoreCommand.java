package io.understudy.primary.command;

import io.understudy.dump.RestoreOptions;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.setup.SnapshotName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = {
            "Restores a snapshot next to the site, which goes on as it is:",
            "its database into one of another name, or into a file."
        })
final class RestoreCommand extends PrimaryCommand {
    @Parameters(paramLabel = "ID", description = "The snapshot: " + SnapshotName.FORMS + ".")
    private String id;

    @Mixin
    private RestoreOptions options;

    @Override
    int run(PrimaryWiring agent) {
        if (options.given()) {
            return options.run(cli, agent.settings(), PrimaryCli.reader(agent), id);
        }
        throw new UnderstudyException(
                ErrorCode.USAGE,
                options.elsewhere()
                        .map(to -> "cannot restore to " + to + ": it is neither database:NAME nor dump:FILE")
                        .orElse("--to is missing: a primary's site is live, and no restore touches it"),
                "add --to database:NAME or --to dump:FILE");
    }
}

package io.understudy.primary.command;

import io.understudy.config.Settings;
import io.understudy.postgres.Database;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.capture.LiveClosure;
import java.time.Clock;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "closure",
        description = {
            "Compares, now, the files that rows name (closure) with those of the trees.",
            "Fails when files are missing, or that cannot be said."
        })
final class ClosureCommand extends PrimaryCommand {
    @Option(
            names = "--unreferenced",
            description = "Also list files that no row names and that are older than an hour. Deletes nothing.")
    private boolean unreferenced;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "List so many of those of a tree (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Override
    int run(PrimaryWiring agent) {
        Settings settings = agent.settings();
        LiveClosure look = new LiveClosure(
                new Database(settings.database()),
                settings.closure(),
                settings.trees(),
                settings.state(),
                Clock.systemUTC());
        ClosureView view =
                new ClosureView(look.look(Optional.of(Math.max(0, limit)).filter(unused -> unreferenced)));
        cli.print(view, view::text);
        return view.exitCode();
    }
}

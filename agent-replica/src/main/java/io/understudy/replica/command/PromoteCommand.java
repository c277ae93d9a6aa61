package io.understudy.replica.command;

import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.replica.app.PromoteResult;
import io.understudy.replica.promote.Promotion;
import io.understudy.replica.state.DatabaseVersion;
import io.understudy.transport.RpcFailures;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Its exit code is that of the first thing that went wrong with the site, even though the promotion stands. */
@Command(name = "promote", description = "Makes this standby the primary.")
final class PromoteCommand implements Callable<Integer> {
    @ParentCommand
    private ReplicaCli cli;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(
            names = "--unfenced",
            description =
                    "Go on when the filestore can't be reached: the old primary is not fenced then, and must be surely off. The daemon claims the epoch later.")
    private boolean unfenced;

    @Option(
            names = "--force",
            description = "Promote although another server was promoted after this one's data was taken.")
    private boolean force;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            defaultValue = "promoted by an operator",
            description = "Kept in the claim of the epoch. Default: ${DEFAULT-VALUE}")
    private String reason;

    @Override
    public Integer call() {
        Settings settings = cli.settings();
        try (ReplicaWiring wiring = ReplicaWiring.of(settings)) {
            String serving = wiring.ports()
                    .store()
                    .ledger()
                    .live()
                    .flatMap(DatabaseVersion::snapshot)
                    .map(id -> " It serves " + id + ".")
                    .orElse("");
            cli.confirm(
                    "Make this server the primary of site " + settings.site() + "?" + serving
                            + " What the old primary wrote since is lost. Go on?",
                    yes);
            PromoteResult result;
            try (ProgressDisplay progress = cli.progress()) {
                result = cli.work(settings, wiring).promote(new Promotion.Request(reason, unfenced, force), progress);
            }
            cli.print(result, result::text);
            return exitCode(result);
        }
    }

    private int exitCode(PromoteResult result) {
        result.warnings().forEach(each -> {
            cli.say("warning: " + each.message());
            cli.say("hint: " + each.hint());
        });
        if (result.healthy()) {
            return 0;
        }
        return result.warnings().stream()
                .map(each -> RpcFailures.code(each.code()).orElse(ErrorCode.INTERNAL))
                .mapToInt(ErrorCode::exitCode)
                .filter(code -> code / 10 == 7)
                .findFirst()
                .orElse(ErrorCode.SITE_UNHEALTHY.exitCode());
    }
}

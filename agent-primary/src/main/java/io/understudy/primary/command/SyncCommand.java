package io.understudy.primary.command;

import io.understudy.audit.Caller;
import io.understudy.cli.ProgressDisplay;
import io.understudy.failure.ErrorCode;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.repository.StoreState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(
        name = "sync",
        description =
                "Brings each of several filestores up to the others: one that was away, or is new. The running agent does so too.")
final class SyncCommand extends PrimaryCommand {
    /**
     * What it prints with {@code --json}:
     *
     * <pre>{@code
     * {"stores":[{"name":"main","url":"s3://backups/example","reachable":true,"behind":0,"gaps":0,
     *  "newest":"00000001-00000003","closed":null,"error":null}]}
     * }</pre>
     */
    record SyncView(List<StoreState> stores) {
        String text() {
            return stores.isEmpty()
                    ? "there is one filestore: nothing to bring up to date"
                    : stores.stream().map(StoreState::text).collect(Collectors.joining("\n"));
        }
    }

    /** 20 when one of them is not up to date in the end. */
    @Override
    int run(PrimaryWiring agent) {
        List<StoreState> states = new ArrayList<>();
        try (ProgressDisplay progress = cli.progress()) {
            cli.interruptible(() -> states.addAll(agent.access()
                    .audit()
                    .around(
                            Caller.ofThisProcess(),
                            "sync",
                            "",
                            () -> agent.storeCatchUp().run(progress))));
        }
        SyncView view = new SyncView(List.copyOf(states));
        cli.print(view, view::text);
        return states.stream().allMatch(StoreState::isInStep) ? 0 : ErrorCode.FILESTORE_UNREACHABLE.exitCode();
    }
}

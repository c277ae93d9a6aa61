package io.understudy.primary.command;

import io.understudy.admin.AdminClient;
import io.understudy.audit.Caller;
import io.understudy.cli.Json;
import io.understudy.events.Events;
import io.understudy.primary.app.PrimaryCommands;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.SnapshotView;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.progress.Progress;

/** Has a snapshot taken: by the daemon where one runs, by this process otherwise. */
final class SnapshotCall {
    private final PrimaryWiring agent;
    private final String command;
    private final Progress progress;

    /** @param command as the audit names it */
    SnapshotCall(PrimaryWiring agent, String command, Progress progress) {
        this.agent = agent;
        this.command = command;
        this.progress = progress;
    }

    /** An interrupt of the thread cancels it. */
    SnapshotView take(SnapshotRequest request) {
        AdminClient daemon = agent.access().client();
        if (daemon.daemonRuns()) {
            return daemon.call(PrimaryCommands.SNAPSHOT, request, progress);
        }
        return SnapshotView.of(agent.access()
                .audit()
                .around(
                        Caller.ofThisProcess(),
                        command,
                        Json.line(request),
                        () -> agent.taker(Events.none()).take(request, progress)));
    }
}

package io.understudy.primary.command;

import io.understudy.admin.AdminClient;
import io.understudy.primary.app.PrimaryCommands;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.SnapshotHere;
import io.understudy.primary.app.SnapshotView;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.progress.Progress;

/**
 * Has a snapshot taken: by the daemon where one runs, by this process otherwise, which then notifies people when it is
 * closed.
 */
final class SnapshotCall implements AutoCloseable {
    private final PrimaryWiring agent;
    private final SnapshotHere here;

    /** @param command as the audit names it */
    SnapshotCall(PrimaryWiring agent, String command) {
        this.agent = agent;
        this.here = new SnapshotHere(agent, command);
    }

    /** An interrupt of the thread cancels it. */
    SnapshotView take(SnapshotRequest request, Progress progress) {
        AdminClient daemon = agent.access().client();
        return daemon.daemonRuns()
                ? daemon.call(PrimaryCommands.SNAPSHOT, request, progress)
                : here.take(request, progress);
    }

    @Override
    public void close() {
        here.close();
    }
}

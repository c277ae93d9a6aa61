package io.understudy.primary.app;

import io.understudy.audit.Caller;
import io.understudy.cli.Json;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.notify.CommandNotices;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.progress.Progress;

/**
 * A snapshot in the process of a command, where no daemon runs. Closing it notifies people of how it ended; of a site
 * that cannot be started they are notified at once.
 */
public final class SnapshotHere implements AutoCloseable {
    private final PrimaryWiring agent;
    private final String command;
    private final CommandNotices notices;

    /** @param command as the audit names it */
    public SnapshotHere(PrimaryWiring agent, String command) {
        this.agent = agent;
        this.command = command;
        this.notices = QuiesceWiring.notices(agent.notifications());
    }

    /**
     * As {@link io.understudy.primary.capture.SnapshotTaker#take}, with a line in the audit file. Returns when the site
     * runs again: where it cannot be started, that is tried until it works. But for a last snapshot, for which the site
     * is stopped on purpose.
     *
     * @throws UnderstudyException {@code COMMAND_FAILED} where the site stays stopped: this thread was interrupted or
     *     another command tries to start it; the snapshot may have been taken, which the message says
     */
    public SnapshotView take(SnapshotRequest request, Progress progress) {
        Events events = QuiesceWiring.ofCommand(notices);
        if (request.last() != null) {
            return taken(request, progress, events);
        }
        SnapshotView view;
        try {
            view = taken(request, progress, events);
        } catch (UnderstudyException e) {
            // Of a server that may not run the site nothing starts it, also where its state could not be written.
            if (e.code() != ErrorCode.FENCED && e.code() != ErrorCode.BACKUP_MODE) {
                startSite(events, "no snapshot was taken: " + e.getMessage());
            }
            throw e;
        }
        startSite(events, "snapshot " + view.snapshot() + " was taken");
        return view;
    }

    private SnapshotView taken(SnapshotRequest request, Progress progress, Events events) {
        return SnapshotView.of(agent.access()
                .audit()
                .around(
                        Caller.ofThisProcess(),
                        command,
                        Json.line(request),
                        () -> agent.taker(events).take(request, progress)));
    }

    private void startSite(Events events, String snapshot) {
        try {
            new QuiesceWiring(agent.settings()).untilStarted(events);
        } catch (UnderstudyException e) {
            throw new UnderstudyException(e.code(), e.getMessage() + "; " + snapshot, e.hint(), e);
        }
    }

    @Override
    public void close() {
        notices.close();
    }
}

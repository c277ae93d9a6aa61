package io.understudy.primary.app;

import io.understudy.audit.Caller;
import io.understudy.cli.Json;
import io.understudy.events.Events;
import io.understudy.failure.UnderstudyException;
import io.understudy.notify.CommandNotices;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.progress.Progress;
import java.util.Optional;

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
     * runs again, as {@link SiteAfterSnapshot} has it.
     *
     * @throws UnderstudyException {@code COMMAND_FAILED} where the site stays stopped: this thread was interrupted or
     *     another command tries to start it; the snapshot may have been taken, which the message says
     */
    public SnapshotView take(SnapshotRequest request, Progress progress) {
        Events events = QuiesceWiring.ofCommand(notices);
        Optional<SiteAfterSnapshot> site = agent.quiesce()
                .watch(events)
                .map(watch -> SiteAfterSnapshot.of(watch, agent.quiesce().alone()));
        // For a last one the site is stopped on purpose.
        return request.last() != null || site.isEmpty()
                ? taken(request, progress, events)
                : site.get().take(() -> taken(request, progress, events));
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

    @Override
    public void close() {
        notices.close();
    }
}

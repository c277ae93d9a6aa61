package io.understudy.primary.app;

import io.understudy.audit.Caller;
import io.understudy.cli.Json;
import io.understudy.events.Events;
import io.understudy.notify.CommandNotices;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.progress.Progress;
import java.time.Clock;
import java.util.Optional;

/** A snapshot in the process of a command, where no daemon runs. Closing it notifies people of how it ended. */
public final class SnapshotHere implements AutoCloseable {
    private final PrimaryWiring agent;
    private final String command;
    private final CommandNotices notices;

    /** @param command as the audit names it */
    public SnapshotHere(PrimaryWiring agent, String command) {
        this.agent = agent;
        this.command = command;
        this.notices = agent.notifications()
                .ofCommand(new PrimaryNotices(new DaemonStatus(Clock.systemUTC()), Optional.empty()));
    }

    /** As {@link io.understudy.primary.capture.SnapshotTaker#take}, with a line in the audit file. */
    public SnapshotView take(SnapshotRequest request, Progress progress) {
        Events events = QuiesceWiring.ofCommand();
        events.add(notices);
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

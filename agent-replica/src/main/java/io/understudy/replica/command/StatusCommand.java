package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.Protos;
import io.understudy.replica.app.ReplicaPorts;
import io.understudy.replica.app.StatusView;
import io.understudy.replica.app.StatusView.FilestoreView;
import io.understudy.replica.app.StatusView.Live;
import io.understudy.replica.app.StatusView.PrimaryView;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(name = "status", description = "What this server is, what it serves, and what it does now.")
final class StatusCommand implements Runnable {
    @ParentCommand
    private ReplicaCli cli;

    @Override
    public void run() {
        Settings settings = cli.settings();
        try (ReplicaWiring wiring = ReplicaWiring.of(settings)) {
            ReplicaPorts ports = wiring.ports();
            StatusView status = StatusView.of(
                    settings.site(),
                    settings.replica().name(),
                    ports.backup().on(),
                    ports.store().ledger(),
                    live(settings, wiring),
                    ports.clock().instant());
            cli.print(status, () -> StatusText.of(status));
        }
    }

    /** The daemon knows more; without it, or when it has no need to ask the filestore, that is asked from here. */
    private Live live(Settings settings, ReplicaWiring wiring) {
        if (cli.daemonRuns(settings)) {
            try {
                Live live = Protos.live(new DaemonWork(settings).status());
                return live.filestore().seen().isPresent() ? live : live.with(filestore(settings, wiring));
            } catch (UnderstudyException e) {
                cli.say("warning: " + e.getMessage());
            }
        }
        List<PrimaryView> primaries = settings.replica().primaries().stream()
                .map(each -> new PrimaryView(each.toString(), false, Optional.empty(), Optional.empty()))
                .toList();
        return new Live(cli.daemonRuns(settings), Optional.empty(), primaries, filestore(settings, wiring));
    }

    private FilestoreView filestore(Settings settings, ReplicaWiring wiring) {
        try {
            Optional<SnapshotId> newest = wiring.repository().newest();
            Instant now = wiring.ports().clock().instant();
            return new FilestoreView(wiring.filestoreName(), true, Optional.of(now), newest);
        } catch (UnderstudyException e) {
            cli.say("warning: " + e.getMessage());
            return new FilestoreView(settings.filestore().url().toString(), false, Optional.empty(), Optional.empty());
        }
    }
}

package io.understudy.replica.command;

import io.understudy.config.Settings;
import io.understudy.failure.UnderstudyException;
import io.understudy.replica.app.Ports;
import io.understudy.replica.app.Protos;
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
        try (Equipment equipment = Equipment.of(settings)) {
            Ports ports = equipment.ports();
            StatusView status = StatusView.of(
                    settings.site(),
                    settings.replica().name(),
                    ports.backup().on(),
                    ports.store().ledger(),
                    live(settings, equipment),
                    ports.clock().instant());
            cli.print(status, () -> StatusText.of(status));
        }
    }

    /** The daemon knows more; without it, or when it has no need to ask the filestore, that is asked from here. */
    private Live live(Settings settings, Equipment equipment) {
        if (cli.daemonRuns(settings)) {
            try {
                Live live = Protos.live(new DaemonWork(settings).status());
                return live.filestore().seen().isPresent() ? live : live.with(filestore(settings, equipment));
            } catch (UnderstudyException e) {
                cli.say("warning: " + e.getMessage());
            }
        }
        List<PrimaryView> primaries = settings.replica().primaries().stream()
                .map(each -> new PrimaryView(each.toString(), false, Optional.empty(), Optional.empty()))
                .toList();
        return new Live(cli.daemonRuns(settings), Optional.empty(), primaries, filestore(settings, equipment));
    }

    private FilestoreView filestore(Settings settings, Equipment equipment) {
        try {
            Optional<SnapshotId> newest = equipment.repository().newest();
            Instant now = equipment.ports().clock().instant();
            return new FilestoreView(equipment.filestoreName(), true, Optional.of(now), newest);
        } catch (UnderstudyException e) {
            cli.say("warning: " + e.getMessage());
            return new FilestoreView(settings.filestore().url().toString(), false, Optional.empty(), Optional.empty());
        }
    }
}

package io.understudy.primary.command;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.notify.CommandNotices;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.QuiesceWiring;
import io.understudy.primary.quiesce.SiteResume;
import io.understudy.state.StateEntry;
import io.understudy.time.Moments;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code quiesce --resume}. */
@Command(
        name = "quiesce",
        description =
                "Starts the site where an agent stopped it for a snapshot (quiesce) and was killed, as the running agent does too,"
                        + " and where agent-primary shutdown stopped it.")
final class QuiesceCommand extends PrimaryCommand {
    @Option(names = "--resume", description = "Start the site; there is no other way to run it.")
    private boolean resume;

    /**
     * What it prints with {@code --json}: {@code {"resumed":true,"stopped":"2026-11-20T10:00:00Z"}}.
     *
     * @param stopped when the site was stopped; null in JSON where it was not
     */
    record Result(boolean resumed, Optional<Instant> stopped) {
        String text() {
            return stopped.map(when -> "the site was started; it was stopped at " + Moments.text(when))
                    .orElse("the site was not left stopped by a snapshot");
        }
    }

    @Override
    int run(PrimaryWiring agent) {
        if (!resume) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "quiesce needs --resume: the site is stopped by snapshots alone",
                    "agent-primary quiesce --resume starts a site that a snapshot left stopped");
        }
        try (CommandNotices notices = QuiesceWiring.notices(agent.notifications())) {
            return resume(agent, notices);
        }
    }

    private int resume(PrimaryWiring agent, CommandNotices notices) {
        SiteResume site = agent.quiesce()
                .resume(QuiesceWiring.ofCommand(notices))
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.CONFIG_INVALID,
                        "cannot start the site: quiesce is not configured on this server",
                        "start the site by its own command"));
        Path lock = StateEntry.SNAPSHOT_LOCK.in(agent.settings().state());
        ProcessLock held = ProcessLock.tryAcquire(lock)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.LOCKED,
                        "cannot start the site: " + ProcessLock.holder(lock) + " is taking a snapshot",
                        "it starts the site itself; wait until it is done"));
        try {
            site.endForGood();
            boolean wasStopped = site.isStopped();
            Optional<Instant> stopped = site.run();
            if (wasStopped && stopped.isEmpty()) {
                site.refusal().ifPresent(why -> {
                    throw why;
                });
            }
            Result result = new Result(stopped.isPresent(), stopped);
            cli.print(result, result::text);
            return 0;
        } finally {
            held.close();
        }
    }
}

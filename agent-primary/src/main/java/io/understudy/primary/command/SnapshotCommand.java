package io.understudy.primary.command;

import io.understudy.cli.ProgressDisplay;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.RetryPolicy;
import io.understudy.primary.app.PrimaryWiring;
import io.understudy.primary.app.SnapshotView;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.schedule.PeriodName;
import io.understudy.setup.BucketTrees;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "snapshot",
        description =
                "Takes one snapshot: the running agent takes it, otherwise this command itself. Stopping the command cancels it.")
final class SnapshotCommand extends PrimaryCommand {
    @Option(
            names = "--period",
            paramLabel = "P",
            defaultValue = SnapshotRequest.MANUAL,
            description =
                    "The label of the snapshot, as hourly or daily; all: each period of the calendar. May be given several"
                            + " times. Default: ${DEFAULT-VALUE}")
    private List<String> periods;

    @Option(
            names = "--accept-empty",
            paramLabel = "TREE",
            description =
                    "Take the snapshot although this tree is empty or lies on another file system than before, or has no"
                            + " tables where TREE is \"database\". May be given several times.")
    private Set<String> acceptEmpty = Set.of();

    @Option(
            names = "--only",
            paramLabel = "PARTS",
            split = ",",
            description =
                    "Read database, files, config or secrets alone, or some of them with commas between. The rest is"
                            + " that of the newest snapshot, and the manifest says so.")
    private Set<String> only = Set.of();

    @Override
    int run(PrimaryWiring agent) {
        Set<String> known = known(agent.settings());
        periods.forEach(period -> requireLabel(period, known));
        SnapshotRequest request = new SnapshotRequest(periods, acceptEmpty, only, null).requireLabels();
        cli.say("taking a snapshot into " + agent.settings().filestore().url()
                + "; while it does not answer this is tried again for up to "
                + RetryPolicy.standard().limit().toSeconds() + " s");
        SnapshotView[] taken = new SnapshotView[1];
        try (SnapshotCall snapshots = new SnapshotCall(agent, "snapshot")) {
            try (ProgressDisplay progress = cli.progress()) {
                // Also while it tries to start a site that a snapshot stopped.
                cli.interruptible(() -> taken[0] = snapshots.take(request, progress));
            }
            cli.print(taken[0], taken[0]::text);
            BucketTrees.warnings(agent.settings().trees()).forEach(warning -> cli.say("warning: " + warning));
        }
        return 0;
    }

    /** Names that labels may be mistyped ones of. */
    private static Set<String> known(Settings settings) {
        Set<String> known = new TreeSet<>(List.of(SnapshotRequest.MANUAL, SnapshotRequest.SHUTDOWN));
        known.addAll(settings.primary().schedule().keySet());
        known.addAll(settings.retention().keep().keySet());
        return known;
    }

    private static void requireLabel(String period, Set<String> known) {
        if (!period.matches("[a-z0-9][a-z0-9_-]{0,31}")) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot label a snapshot \"" + period + "\"",
                    "a period is a word of lower-case letters and digits: hourly, daily, before-upgrade");
        }
        PeriodName.meant(period, known).ifPresent(meant -> {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot label a snapshot \"" + period + "\": retention would keep it permanently",
                    "did you mean " + meant + "? A label of your own differs in more than a letter: before-upgrade");
        });
    }
}

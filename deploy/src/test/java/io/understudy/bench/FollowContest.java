package io.understudy.bench;

import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How soon the standby stands where the primary stood: on the demo's site, with both agents running. */
final class FollowContest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Testbed stand;
    private final int runs;
    private final PrintStream progress;

    FollowContest(Testbed stand, int runs, PrintStream progress) {
        this.stand = stand;
        this.runs = runs;
        this.progress = progress;
    }

    List<Finding> follow() {
        Server primary = stand.primary();
        primary.siteService("start");
        primary.site().awaitMode("primary", LIMIT);
        stand.newRepository();
        Running sender = stand.startPrimary();
        stand.newStandby();
        Running receiver = stand.startReplica();
        stand.snapshot();
        stand.standby().site().awaitMode("standby", LIMIT);

        List<Double> begins = new ArrayList<>();
        List<Double> serves = new ArrayList<>();
        AgentLog log = new AgentLog(receiver);
        log.await(" is live", LIMIT);
        for (int note = 1; note <= runs; note++) {
            primary.site().addNote("note " + note);
            String snapshot = stand.snapshot().snapshot();
            stand.standby().site().awaitContent(note, 0, LIMIT);
            double serving = System.currentTimeMillis() / 1e3;
            double commit = written(stand.repository().resolve("manifests/" + snapshot + ".json"));
            log.await(snapshot + " is live", LIMIT);
            begins.add(log.await(": importing " + snapshot, LIMIT) - commit);
            serves.add(serving - commit);
            progress.printf(
                    Locale.ROOT,
                    "  %s begun after %.0f ms, served after %.2f s%n",
                    snapshot,
                    begins.get(note - 1) * 1e3,
                    serves.get(note - 1));
        }
        stand.stopPrimary(sender);
        stand.stopReplica(receiver);
        return List.of(
                Finding.value("from the commit until the standby works", Unit.MILLISECONDS, new Sample(begins), 0.1),
                Finding.value(
                        "from the commit until the standby serves it, demo site", Unit.SECONDS, new Sample(serves), 3));
    }

    /** When the manifest was written: just before it got its name, which is the commit. */
    private static double written(Path manifest) {
        try {
            FileTime time = Files.getLastModifiedTime(manifest);
            return time.to(TimeUnit.MICROSECONDS) / 1e6;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

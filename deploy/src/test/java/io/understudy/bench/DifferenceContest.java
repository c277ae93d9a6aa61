package io.understudy.bench;

import io.understudy.rehearsal.Running;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Imports of a site of which one per cent changed, by a standby that follows, against one of all of it. */
final class DifferenceContest {
    private static final Duration IMPORT = Duration.ofMinutes(30);

    private final Testbed stand;
    private final GeneratedSite site;
    private final int runs;
    private final PrintStream progress;

    DifferenceContest(Testbed stand, GeneratedSite site, int runs, PrintStream progress) {
        this.stand = stand;
        this.site = site;
        this.runs = runs;
        this.progress = progress;
    }

    /** The first imports are in full, until there is a database to begin with. */
    List<Finding> imports() {
        stand.newRepository();
        Running sender = stand.startPrimary();
        stand.newStandby();
        Running receiver = stand.startReplica();
        AgentLog log = new AgentLog(receiver);
        List<Double> full = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            site.grow();
            full.add(imported(log, "full import"));
        }
        Sample whole = new Sample(full);
        List<Finding> findings = List.of(
                contest(log, whole, "appended", 0.05, site::grow),
                contest(log, whole, "recent rows", 0.05, site::changeRecent),
                contest(log, whole, "scattered at random", 0.10, site::changeScattered));
        stand.stopPrimary(sender);
        stand.stopReplica(receiver);
        return findings;
    }

    private Finding contest(AgentLog log, Sample full, String what, double most, Runnable change) {
        List<Double> seconds = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            change.run();
            seconds.add(imported(log, what));
        }
        return Finding.ratio(
                "import after 1 % (" + what + "), against the full one", Unit.SECONDS, new Sample(seconds), full, most);
    }

    private double imported(AgentLog log, String what) {
        stand.settle();
        String snapshot = stand.snapshot().snapshot();
        double live = log.await(snapshot + " is live", IMPORT);
        double took = live - log.await(": importing " + snapshot, IMPORT);
        progress.printf(Locale.ROOT, "  %-20s %7.2f s%n", what, took);
        return took;
    }
}

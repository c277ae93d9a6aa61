package io.understudy.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Snapshots of a running agent that tracks changes, against the full one of the same agent. */
final class TrackedContest {
    private final Testbed stand;
    private final GeneratedSite site;
    private final int runs;
    private final PrintStream progress;

    TrackedContest(Testbed stand, GeneratedSite site, int runs, PrintStream progress) {
        this.stand = stand;
        this.site = site;
        this.runs = runs;
        this.progress = progress;
    }

    List<Finding> follow() {
        stand.trackChanges();
        List<Double> full = new ArrayList<>();
        Map<String, List<Double>> changed = new LinkedHashMap<>();
        for (int run = 0; run < runs; run++) {
            stand.newRepository();
            var agent = stand.startPrimary();
            full.add(snapshot("full snapshot"));
            // An agent runs for weeks: the first changes that its process ever reads are not measured.
            site.changeRecent();
            stand.snapshot();
            after("1 % appended", site::grow, changed);
            after("1 % of recent rows changed", site::changeRecent, changed);
            after("1 % of rows changed at random", site::changeScattered, changed);
            after("one row changed", site::changeOne, changed);
            after("nothing changed", () -> {}, changed);
            stand.stopPrimary(agent);
        }
        List<Finding> findings = new ArrayList<>();
        changed.forEach((what, seconds) -> findings.add(Finding.ratio(
                "tracked snapshot, " + what + ", against the full one",
                Unit.SECONDS,
                new Sample(seconds),
                new Sample(full),
                what.startsWith("1 %") ? 0.15 : 0.04)));
        return findings;
    }

    private void after(String what, Runnable change, Map<String, List<Double>> changed) {
        change.run();
        changed.computeIfAbsent(what, name -> new ArrayList<>()).add(snapshot(what));
    }

    private double snapshot(String what) {
        stand.settle();
        double seconds = stand.snapshot().seconds();
        progress.printf(Locale.ROOT, "  %-30s %7.2f s%n", what, seconds);
        return seconds;
    }
}

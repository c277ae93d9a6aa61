package io.understudy.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a snapshot stores after one per cent of all rows changed at random, against restic. */
final class ScatteredContest {
    private final Testbed stand;
    private final GeneratedSite site;
    private final Peers peers;
    private final int runs;
    private final PrintStream progress;

    ScatteredContest(Testbed stand, GeneratedSite site, Peers peers, int runs, PrintStream progress) {
        this.stand = stand;
        this.site = site;
        this.peers = peers;
        this.runs = runs;
        this.progress = progress;
    }

    Finding store() {
        stand.trackChanges();
        stand.newRepository();
        var agent = stand.startPrimary();
        stand.snapshot();
        peers.newResticRepository();
        peers.restic();
        List<Double> ours = new ArrayList<>();
        List<Double> restic = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            site.changeScattered();
            long before = Testbed.bytes(stand.repository());
            stand.snapshot();
            ours.add((double) Testbed.bytes(stand.repository()) - before);
            long of = peers.resticBytes();
            peers.restic();
            restic.add((double) peers.resticBytes() - of);
            progress.printf(
                    Locale.ROOT,
                    "  new after 1 %% at random: %.1f MB, restic %.1f MB%n",
                    ours.get(run) / 1e6,
                    restic.get(run) / 1e6);
        }
        stand.stopPrimary(agent);
        return Finding.ratio(
                "bytes that the repository grew by after 1 % of the rows, at random, changed, tracked, against restic's",
                Unit.MEBIBYTES, new Sample(ours), new Sample(restic), 0.2);
    }
}

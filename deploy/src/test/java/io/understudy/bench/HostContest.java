package io.understudy.bench;

import io.understudy.rehearsal.Running;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the site notices of snapshots: how long its transactions take while the primary agent takes continuous ones, or
 * one that reads everything after the other, against the same without the agent, in turns.
 */
final class HostContest {
    private static final Duration EACH = Duration.ofSeconds(20);
    /** How long the agent runs on under the same load before: Java compiles what it runs often. */
    private static final Duration BEFORE = Duration.ofSeconds(60);
    /** Continuous snapshots in that time: fewer show nothing. */
    private static final int LEAST = 3;

    private static final String UNTRACKED = "  tracking: off\n";

    private final Testbed stand;
    private final PgBench load;
    private final int runs;
    private final PrintStream progress;

    HostContest(Testbed stand, PgBench load, int runs, PrintStream progress) {
        this.stand = stand;
        this.load = load;
        this.runs = runs;
        this.progress = progress;
    }

    List<Finding> disturb() {
        stand.trackChanges();
        load.prepare();
        stand.newRepository();
        List<Double> alone = new ArrayList<>();
        List<Double> full = new ArrayList<>();
        List<Double> gentle = new ArrayList<>();
        List<Double> continuous = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            double before = undisturbed();
            stand.takeContinuousSnapshots();
            continuous.add(continuously());
            stand.takeNoContinuousSnapshots();
            // On both sides of what it is compared with: a machine that gets busier favours neither.
            alone.add((before + undisturbed()) / 2);
            stand.primary().configure(config -> config.replace("primary:\n", "primary:\n" + UNTRACKED));
            full.add(disturbed());
            stand.primary().configure(config -> config.replace("primary:\n", "primary:\n  processors: 0.2\n"));
            gentle.add(disturbed());
            stand.primary()
                    .configure(
                            config -> config.replace("  processors: 0.2\n", "").replace(UNTRACKED, ""));
            progress.printf(
                    Locale.ROOT,
                    "  p95 %.1f ms alone, %.1f ms with continuous snapshots, %.1f ms with full reads, %.1f ms with gentle ones%n",
                    alone.get(run) * 1e3,
                    continuous.get(run) * 1e3,
                    full.get(run) * 1e3,
                    gentle.get(run) * 1e3);
        }
        Sample peer = new Sample(alone);
        return List.of(
                Finding.ratio(
                        "p95 of the site's transactions with `primary.continuous: " + Testbed.PACE
                                + "`, against those without the agent",
                        Unit.MILLISECONDS,
                        new Sample(continuous),
                        peer,
                        1.1),
                Finding.ratio(
                        "the same with one full read after the other", Unit.MILLISECONDS, new Sample(full), peer, 1.1),
                Finding.ratio(
                        "the same with these and `primary.processors: 0.2`",
                        Unit.MILLISECONDS,
                        new Sample(gentle),
                        peer,
                        1.1));
    }

    private double undisturbed() {
        stand.settle();
        return load.p95(EACH);
    }

    /** An agent that runs on takes snapshots as it sees fit. @throws IllegalStateException when it takes hardly any */
    private double continuously() {
        Running agent = stand.startPrimaryAsService();
        stand.snapshot();
        load.p95(BEFORE);
        stand.settle();
        int before = stand.snapshots();
        double p95 = load.p95(EACH);
        int taken = stand.snapshots() - before;
        progress.printf(Locale.ROOT, "  %d continuous snapshots in %d s%n", taken, EACH.toSeconds());
        if (taken < LEAST) {
            throw new IllegalStateException("only " + taken + " continuous snapshots were taken under load");
        }
        stand.stopPrimary(agent);
        return p95;
    }

    private double disturbed() {
        Running agent = stand.startPrimaryAsService();
        stand.snapshot();
        stand.settle();
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Integer> snapshots = CompletableFuture.supplyAsync(() -> {
            int taken = 0;
            for (; !enough.get(); taken++) {
                stand.snapshot();
            }
            return taken;
        });
        double p95 = load.p95(EACH);
        enough.set(true);
        progress.printf(Locale.ROOT, "  %d snapshots in %d s%n", snapshots.join(), EACH.toSeconds());
        stand.stopPrimary(agent);
        return p95;
    }
}

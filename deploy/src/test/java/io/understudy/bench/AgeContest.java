package io.understudy.bench;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.ServedData;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How old the data is that a promotion would serve: the newer of what is live and what is loaded ahead, while the site
 * writes and the primary takes continuous snapshots.
 */
final class AgeContest {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration WARM_UP = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Testbed stand;
    private final PgBench load;
    private final Duration during;
    private final PrintStream progress;

    AgeContest(Testbed stand, PgBench load, Duration during, PrintStream progress) {
        this.stand = stand;
        this.load = load;
        this.during = during;
        this.progress = progress;
    }

    List<Finding> grow() {
        stand.trackChanges();
        stand.takeContinuousSnapshots();
        load.prepare();
        stand.newRepository();
        Running sender = stand.startPrimaryAsService();
        stand.newStandby();
        Running receiver = stand.startReplica();
        stand.snapshot();
        new AgentLog(receiver).await(" is live", LIMIT);
        load.p95(WARM_UP);
        ServedData served = new ServedData(stand.standby().layout().replicaHttp());
        // The first load ahead is in full, to the third database; from then on the standby is as one that follows.
        long last = stand.newestSnapshot();
        Deadline.await("what was written before is loaded ahead", LIMIT, () -> served.numberAhead() >= last);
        Sample ages;
        try (Sampler sampler = Sampler.every(LOOK, served::age)) {
            load.p95(during);
            ages = sampler.values();
        }
        stand.stopPrimary(sender);
        stand.stopReplica(receiver);
        double[] sorted =
                ages.values().stream().mapToDouble(each -> each).sorted().toArray();
        double p99 = Sample.quantile(sorted, 0.99);
        progress.printf(
                Locale.ROOT,
                "  age of what promote would serve: median %.1f s, p99 %.1f s, most %.1f s%n",
                ages.median(),
                p99,
                ages.most());
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.value(
                "age of what `promote` would serve, 200 transactions a second, `primary.continuous: " + Testbed.PACE
                        + "`: p99 of " + during.toMinutes() + " minutes",
                Unit.SECONDS,
                new Sample(List.of(p99)),
                5));
        findings.addAll(stand.footprints(" under this load"));
        return findings;
    }
}

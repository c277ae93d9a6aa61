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
 * Imports of a site of which one per cent changed, by a standby that follows, against one of all of it: with continuous
 * snapshots, which are loaded ahead, and without.
 */
final class DifferenceContest {
    private static final Duration IMPORT = Duration.ofMinutes(30);
    /** Two looks of the primary, and what they take. */
    private static final Duration QUIET = Duration.ofSeconds(7);

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

    /** Those without continuous snapshots last. */
    List<Finding> imports() {
        List<Kind> kinds = List.of(
                new Kind("appended", 0.05, site::grow),
                new Kind("recent rows", 0.05, site::changeRecent),
                new Kind("scattered at random", 0.10, site::changeScattered));
        List<Double> full = new ArrayList<>();
        List<List<Double>> far = followed(full, kinds);
        stand.trackChanges();
        stand.takeContinuousSnapshots();
        List<List<Double>> near = ahead(kinds);
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < kinds.size(); i++) {
            findings.add(kinds.get(i).finding("loads ahead and the import that makes it live", near.get(i), full));
        }
        for (int i = 0; i < kinds.size(); i++) {
            findings.add(kinds.get(i)
                    .finding(
                            "without continuous snapshots: to a database that was brought up before",
                            far.get(i),
                            full));
        }
        return findings;
    }

    private record Kind(String what, double bar, Runnable change) {
        Finding finding(String how, List<Double> seconds, List<Double> full) {
            return Finding.ratio(
                    "import after 1 % (" + what + "), " + how + ", against the full one",
                    Unit.SECONDS,
                    new Sample(seconds),
                    new Sample(full),
                    bar);
        }
    }

    /** A standby and the primary that it follows, while they run. */
    private final class Following {
        private final Running sender = stand.startPrimary();
        private final Running receiver;
        private final AgentLog log;
        private String last = "";

        Following() {
            stand.newStandby();
            receiver = stand.startReplica();
            log = new AgentLog(receiver);
        }

        double imported(String what) {
            stand.settle();
            Effort before = effort();
            last = stand.snapshot().snapshot();
            double live = log.await(last + " is live", IMPORT);
            return reported(what, live - log.await(": importing " + last, IMPORT), before);
        }

        /** What the standby does while nothing is due: no one waits for it, and it is in no ratio. */
        void catchUp() {
            Effort before = effort();
            double live = log.await(last + " is live", IMPORT);
            reported("and in quiet", log.await("is brought up to " + last, IMPORT) - live, before);
        }

        Effort effort() {
            return Effort.now(receiver, stand.standby().database());
        }

        double reported(String what, double seconds, Effort before) {
            progress.printf(Locale.ROOT, "  %-30s %7.2f s (%s)%n", what, seconds, effort().since(before));
            return seconds;
        }

        void stop() {
            stand.stopPrimary(sender);
            stand.stopReplica(receiver);
        }
    }

    /**
     * In between the standby brings the database that the next import begins with up to what is live.
     *
     * @param full receives the times of the first imports: they are of all, until there is a database to begin with
     */
    private List<List<Double>> followed(List<Double> full, List<Kind> kinds) {
        stand.newRepository();
        Following pair = new Following();
        for (int i = 0; i < 3; i++) {
            site.grow();
            full.add(pair.imported("full import"));
        }
        pair.catchUp();
        List<List<Double>> all = new ArrayList<>();
        for (Kind kind : kinds) {
            List<Double> seconds = new ArrayList<>();
            for (int run = 0; run < runs; run++) {
                kind.change().run();
                seconds.add(pair.imported(kind.what()));
                pair.catchUp();
            }
            all.add(seconds);
        }
        pair.stop();
        return all;
    }

    /**
     * What one per cent costs while continuous snapshots come: all loads ahead of it, and the import that makes it live
     * when the next scheduled snapshot comes. One row before shows that what is ahead is up to what is live.
     */
    private List<List<Double>> ahead(List<Kind> kinds) {
        stand.newRepository();
        Following pair = new Following();
        ServedData served = new ServedData(stand.standby().layout().replicaHttp());
        for (int i = 0; i < 2; i++) {
            pair.imported("full import");
            loadedAhead(pair, served, "the first load ahead", site::changeOne);
        }
        List<List<Double>> all = new ArrayList<>();
        for (Kind kind : kinds) {
            List<Double> seconds = new ArrayList<>();
            for (int run = 0; run < runs; run++) {
                pair.imported("what was ahead");
                loadedAhead(pair, served, "one row, ahead", site::changeOne);
                double loads = loadedAhead(pair, served, kind.what() + ", ahead", kind.change());
                seconds.add(loads + pair.imported(kind.what() + ", live"));
            }
            all.add(seconds);
        }
        pair.stop();
        return all;
    }

    private double loadedAhead(Following pair, ServedData served, String what, Runnable change) {
        stand.settle();
        Effort before = pair.effort();
        double seconds = served.secondsOfLoadsAhead();
        long last = stand.newestSnapshot();
        change.run();
        awaitAllAhead(served, last);
        return pair.reported(what, served.secondsOfLoadsAhead() - seconds, before);
    }

    /** Snapshots were added after that one, none for some seconds, and the newest is ahead. */
    private void awaitAllAhead(ServedData served, long before) {
        long[] last = {before, System.nanoTime()};
        Deadline.await("what changed is ahead", IMPORT, () -> {
            long newest = stand.newestSnapshot();
            if (newest == before || newest != last[0] || served.numberAhead() < newest) {
                last[0] = newest;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] >= QUIET.toNanos();
        });
    }
}

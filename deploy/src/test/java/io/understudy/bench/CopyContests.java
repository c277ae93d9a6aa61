package io.understudy.bench;

import io.understudy.rehearsal.Running;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The contests on the generated site. */
final class CopyContests {
    private static final Duration IMPORT = Duration.ofMinutes(30);

    private final Testbed stand;
    private final GeneratedSite site;
    private final Peers peers;
    private final int runs;
    private final PrintStream progress;

    CopyContests(Testbed stand, GeneratedSite site, Peers peers, int runs, PrintStream progress) {
        this.stand = stand;
        this.site = site;
        this.peers = peers;
        this.runs = runs;
        this.progress = progress;
    }

    /** Full snapshots; then an agent that runs on, with nothing changed. */
    List<Finding> snapshots() {
        List<Finding> findings = new ArrayList<>(full(""));
        findings.add(Finding.ratio(
                "snapshot with nothing changed, against the full one of an agent just started",
                Unit.SECONDS,
                new Sample(unchanged()),
                findings.get(0).ours(),
                0.3));
        return findings;
    }

    /**
     * Full snapshots: into a repository of its own by an agent that was just started, then once more by that agent.
     *
     * @param site what distinguishes the site, as the table says it
     */
    List<Finding> full(String site) {
        List<Double> started = new ArrayList<>();
        List<Double> running = new ArrayList<>();
        List<Double> dumps = new ArrayList<>();
        Turns.take(
                runs,
                () -> {
                    stand.newRepository();
                    Running agent = stand.startPrimary();
                    started.add(full("just started", agent));
                    stand.demandFullSnapshot();
                    running.add(full("running", agent));
                    stand.stopPrimary(agent);
                },
                () -> {
                    peers.forgetDump();
                    dumps.add(timed("pg_dump and tar", peers::dump));
                });
        Sample peers = new Sample(dumps);
        return List.of(
                Finding.ratio(
                        "full snapshot" + site
                                + " by an agent just started, against `pg_dump -Fd -j2 -Z1` and then `tar \\| zstd -1`",
                        Unit.SECONDS,
                        new Sample(started),
                        peers,
                        1.1),
                Finding.ratio("the same, by an agent that runs on", Unit.SECONDS, new Sample(running), peers, 0.9));
    }

    private double full(String what, Running agent) {
        stand.settle();
        double seconds = reported("full, " + what, stand.fullSnapshot().seconds());
        new AgentLog(agent).last("are forced to disk").ifPresent(line -> progress.println("    " + line));
        return seconds;
    }

    private List<Double> unchanged() {
        List<Double> seconds = new ArrayList<>();
        stand.newRepository();
        Running agent = stand.startPrimary();
        stand.snapshot();
        for (int run = 0; run < runs; run++) {
            seconds.add(snapshot("unchanged snapshot"));
        }
        stand.stopPrimary(agent);
        return seconds;
    }

    /** What the next contest starts from: a repository with a snapshot, and a dump. */
    void prepareImport() {
        stand.newRepository();
        Running agent = stand.startPrimary();
        stand.snapshot();
        stand.stopPrimary(agent);
        peers.forgetDump();
        peers.dump();
    }

    /**
     * Imports into a server that has nothing yet, by an agent that was just started, from its first step to the last.
     */
    Finding imports() {
        List<Double> imports = new ArrayList<>();
        List<Double> restores = new ArrayList<>();
        Turns.take(
                runs,
                () -> {
                    stand.newStandby();
                    stand.settle();
                    Running agent = stand.startReplica();
                    AgentLog log = new AgentLog(agent);
                    double live = log.await(" is live", IMPORT);
                    imports.add(reported("full import", live - log.await(": importing ", IMPORT)));
                    stand.stopReplica(agent);
                },
                () -> {
                    peers.prepareRestore();
                    restores.add(timed("pg_restore and tar", peers::restore));
                    peers.forgetRestored();
                });
        return Finding.ratio(
                "full import, against `pg_restore -j2` of that dump and then `tar -x`",
                Unit.SECONDS,
                new Sample(imports),
                new Sample(restores),
                1.1);
    }

    /** Snapshots of a site that grows by one per cent before each. */
    List<Finding> changed() {
        List<Double> snapshots = new ArrayList<>();
        List<Double> added = new ArrayList<>();
        List<Double> backups = new ArrayList<>();
        List<Double> resticAdded = new ArrayList<>();
        stand.newRepository();
        Running agent = stand.startPrimary();
        stand.snapshot();
        peers.newResticRepository();
        peers.restic();
        Runnable ours = () -> {
            long before = Testbed.bytes(stand.repository());
            snapshots.add(snapshot("changed snapshot"));
            added.add((double) Testbed.bytes(stand.repository()) - before);
        };
        Runnable restic = () -> {
            long before = peers.resticBytes();
            backups.add(timed("restic", peers::restic));
            resticAdded.add((double) peers.resticBytes() - before);
        };
        for (int run = 0; run < runs; run++) {
            site.grow();
            (run % 2 == 0 ? ours : restic).run();
            (run % 2 == 0 ? restic : ours).run();
        }
        stand.stopPrimary(agent);
        return List.of(
                Finding.ratio(
                        "snapshot after 1 % was added, against restic of the same",
                        Unit.SECONDS, new Sample(snapshots), new Sample(backups), 0.5),
                Finding.ratio(
                        "the same, bytes that the repository grew by",
                        Unit.MEBIBYTES,
                        new Sample(added),
                        new Sample(resticAdded),
                        0.5));
    }

    /**
     * The time that the agent reports: the schedule starts a snapshot in the agent itself, a command's start is not a
     * part of it.
     */
    private double snapshot(String what) {
        stand.settle();
        return reported(what, stand.snapshot().seconds());
    }

    private double timed(String what, Runnable work) {
        stand.settle();
        return reported(what, Watch.time(work));
    }

    private double reported(String what, double seconds) {
        progress.printf(Locale.ROOT, "  %-20s %7.2f s%n", what, seconds);
        return seconds;
    }

    /** Imports of what changed. */
    List<Finding> differences() {
        return new DifferenceContest(stand, site, runs, progress).imports();
    }
}

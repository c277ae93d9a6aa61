package io.understudy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Running;
import io.understudy.rehearsal.Server;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How soon a standby serves as the primary after an operator decided so: from the start of the command to the answer of
 * the site in production, with a continuous snapshot loaded ahead and a daemon that runs.
 */
final class PromoteContest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Testbed stand;
    private final Site site;
    private final int runs;
    private final PrintStream progress;

    PromoteContest(Testbed stand, Site site, int runs, PrintStream progress) {
        this.stand = stand;
        this.site = site;
        this.runs = runs;
        this.progress = progress;
    }

    /** The site's part of the time. */
    enum Site {
        /** It starts in no time: what is left is Understudy's. */
        TRIVIAL("from the decision until the promoted site serves what was ahead, without its own starts", 1),
        DEMO("the same, demo site", 3);

        private final String what;
        private final double bar;

        Site(String what, double bar) {
            this.what = what;
            this.bar = bar;
        }
    }

    List<Finding> promote() {
        Server primary = stand.primary();
        primary.database().execute("postgres", "ALTER SYSTEM SET wal_level = 'logical'", "ALTER ROLE site REPLICATION");
        primary.database().stop();
        primary.database().start();
        primary.siteService("start");
        primary.site().awaitMode("primary", LIMIT);
        primary.configure(config -> config.replace("primary:\n", "primary:\n  continuous: 1s\n"));
        if (site == Site.TRIVIAL) {
            stand.standby()
                    .configure(config -> config.substring(0, config.indexOf("service:"))
                            + "service:\n  restart: [/bin/true]\n  health: {command: [/bin/true]}\n");
        }
        List<Double> served = new ArrayList<>();
        for (int run = 1; run <= runs; run++) {
            served.add(run(run));
        }
        return List.of(Finding.value(site.what, Unit.SECONDS, new Sample(served), site.bar));
    }

    private double run(int run) {
        stand.newRepository();
        Running sender = stand.startPrimary();
        stand.newStandby();
        Running receiver = stand.startReplica();
        // Three whole imports, so that the next ones are by differences and all of the agent's code is loaded.
        for (int i = 0; i < 3; i++) {
            String scheduled = stand.snapshot().snapshot();
            awaitStandby("has " + scheduled, status -> isAtLeast(status.path("applied"), scheduled));
        }
        stand.primary().site().addNote("note " + run);
        awaitStandby("has something ahead", status -> status.path("ahead").isObject());
        stand.stopPrimary(sender);

        double start = System.nanoTime() / 1e9;
        JsonNode report = stand.standby()
                .replicaProgram("promote", "--yes", "--json")
                .run(LIMIT)
                .successful()
                .json();
        if (site == Site.DEMO) {
            stand.standby().site().awaitMode("primary", LIMIT);
        }
        double seconds = System.nanoTime() / 1e9 - start;
        progress.printf(
                Locale.ROOT,
                "  %.2f s, %s from %s, of it in the agent %.2f s: %s%n",
                seconds,
                report.path("snapshot").asText(),
                report.path("from").asText(),
                report.path("seconds").asDouble(),
                report.path("steps"));
        if (!report.path("from").asText().equals("ahead")) {
            throw new IllegalStateException("what was ahead is not served: " + report);
        }
        stand.stopReplica(receiver);
        return seconds;
    }

    private void awaitStandby(String what, java.util.function.Predicate<JsonNode> there) {
        Deadline.await(
                "the standby " + what,
                LIMIT,
                () -> there.test(stand.standby().replica("status", "--json").json()));
    }

    /** Snapshots' names are in their order. */
    private static boolean isAtLeast(JsonNode name, String wanted) {
        return name.asText().compareTo(wanted) >= 0;
    }
}

package io.understudy.bench;

import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.Running;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What the databases of a standby take that keeps no previous one, while it imports. */
final class DiskContest {
    /** The first two are in full, then they go by differences. */
    private static final int IMPORTS = 5;

    private static final Duration IMPORT = Duration.ofMinutes(30);
    private static final String ALL = "SELECT coalesce(sum(pg_database_size(oid)), 0)::bigint FROM pg_database"
            + " WHERE NOT datistemplate AND datname <> 'postgres'";

    private final Testbed stand;
    private final GeneratedSite site;
    private final PrintStream progress;

    DiskContest(Testbed stand, GeneratedSite site, PrintStream progress) {
        this.stand = stand;
        this.site = site;
        this.progress = progress;
    }

    /** At their most, against the one that is live. */
    Finding fill() {
        stand.standby().configure(config -> config.replace("replica:\n", "replica:\n  previous: no\n"));
        stand.newRepository();
        Running sender = stand.startPrimary();
        stand.newStandby();
        Running receiver = stand.startReplica();
        AgentLog log = new AgentLog(receiver);
        PostgresServer database = stand.standby().database();
        double most;
        try (Sampler sampler = Sampler.every(Duration.ofMillis(200), () -> number(database, ALL))) {
            for (int i = 0; i < IMPORTS; i++) {
                site.changeScattered();
                log.await(stand.snapshot().snapshot() + " is live", IMPORT);
            }
            most = sampler.values().most();
        }
        double one = number(database, "SELECT pg_database_size('site')");
        progress.printf(Locale.ROOT, "  %.0f MB at the most, %.0f MB are live%n", most / 1e6, one / 1e6);
        stand.stopPrimary(sender);
        stand.stopReplica(receiver);
        return Finding.ratio(
                "databases on the standby with `replica.previous: no`, at their most, against the one that is live",
                Unit.MEBIBYTES,
                new Sample(List.of(most)),
                new Sample(List.of(one)),
                2.2);
    }

    private static double number(PostgresServer database, String query) {
        return Double.parseDouble(database.query("postgres", query).get(0));
    }
}

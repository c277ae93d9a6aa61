package io.understudy.primary.capture;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.databases.SiteDatabase;
import io.understudy.primary.capture.database.SourceDatabase;
import io.understudy.primary.capture.tree.SourceTrees;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.List;

/**
 * What snapshots are made of.
 *
 * @param trees in the order in which they are taken, after the database's moment is frozen
 * @param taker who takes them
 * @param processors how much of them a snapshot may use
 * @param clock in the time zone of the schedule
 * @param quiesce keeps the site still around the moment of a snapshot that is not continuous
 * @param others databases that are no PostgreSQL server's, dumped first, or while the site is still; continuous
 *     snapshots carry them over
 * @param closure which files the rows name, asked for snapshots that are not continuous
 */
public record SnapshotSource(
        Taker taker,
        SourceDatabase database,
        SourceTrees files,
        List<TreeSettings> trees,
        ProcessorShare processors,
        Clock clock,
        Ticker ticker,
        Quiesce quiesce,
        List<SiteDatabase> others,
        ClosureSource closure) {
    /**
     * @param server this server's name in manifests
     * @param version of this agent
     */
    public record Taker(String server, String version) {}

    public SnapshotSource {
        trees = List.copyOf(trees);
        others = List.copyOf(others);
    }

    /** One whose rows are not asked which files they name. */
    public SnapshotSource(
            String server,
            String version,
            SourceDatabase database,
            SourceTrees files,
            List<TreeSettings> trees,
            ProcessorShare processors,
            Clock clock,
            Ticker ticker,
            Quiesce quiesce,
            List<SiteDatabase> others) {
        this(
                new Taker(server, version),
                database,
                files,
                trees,
                processors,
                clock,
                ticker,
                quiesce,
                others,
                ClosureSource.NONE);
    }

    public SnapshotSource(
            String server,
            String version,
            SourceDatabase database,
            SourceTrees files,
            List<TreeSettings> trees,
            ProcessorShare processors,
            Clock clock,
            Ticker ticker) {
        this(server, version, database, files, trees, processors, clock, ticker, Quiesce.NONE, List.of());
    }

    public String server() {
        return taker.server();
    }

    public String version() {
        return taker.version();
    }
}

package io.understudy.replica.app;

import io.understudy.databases.SiteDatabase;
import io.understudy.filestore.Filestore;
import io.understudy.replica.apply.LiveDatabases;
import io.understudy.replica.load.SpareLoader;
import io.understudy.site.SiteService;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Everything outside of a replica's agent: a real server's, or fakes.
 *
 * @param filestore of the repository
 * @param random for the pauses after failures
 * @param others databases that are no PostgreSQL server's
 * @param nonces draws a new one with each call; two servers never draw the same
 */
public record ReplicaPorts(
        Filestore filestore,
        LiveDatabases databases,
        SpareLoader loader,
        SiteService site,
        ReplicaDisk disk,
        Clock clock,
        Ticker ticker,
        RandomGenerator random,
        Supplier<String> nonces,
        List<SiteDatabase> others) {
    public ReplicaPorts {
        others = List.copyOf(others);
    }

    /** Of a site that has no other databases. */
    public ReplicaPorts(
            Filestore filestore,
            LiveDatabases databases,
            SpareLoader loader,
            SiteService site,
            ReplicaDisk disk,
            Clock clock,
            Ticker ticker,
            RandomGenerator random,
            Supplier<String> nonces) {
        this(filestore, databases, loader, site, disk, clock, ticker, random, nonces, List.of());
    }
}

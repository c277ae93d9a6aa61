package io.understudy.primary.app;

import io.understudy.databases.SiteDatabase;
import io.understudy.filestore.Filestore;
import io.understudy.primary.capture.database.SourceDatabase;
import io.understudy.primary.capture.database.tracking.SlotWatch;
import io.understudy.time.Ticker;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Everything outside of a primary's agent: a real server's, or fakes.
 *
 * @param filestore of the repository
 * @param kept the site's database of before, by the name that it has now
 * @param slots what the database server keeps for change tracking; empty of fakes
 * @param clock in the server's time zone
 * @param random for the pauses after failures
 * @param others databases that are no PostgreSQL server's
 */
public record PrimaryPorts(
        Filestore filestore,
        SourceDatabase database,
        Function<String, SourceDatabase> kept,
        Optional<SlotWatch> slots,
        Clock clock,
        Ticker ticker,
        RandomGenerator random,
        List<SiteDatabase> others) {
    public PrimaryPorts {
        others = List.copyOf(others);
    }

    /** Of a site that has no other databases, and none of before. */
    public PrimaryPorts(
            Filestore filestore,
            SourceDatabase database,
            Optional<SlotWatch> slots,
            Clock clock,
            Ticker ticker,
            RandomGenerator random) {
        this(filestore, database, name -> database, slots, clock, ticker, random, List.of());
    }
}

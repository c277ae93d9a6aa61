package io.understudy.primary.capture.database;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Catalog;
import io.understudy.postgres.Session;
import io.understudy.primary.capture.database.tracking.CatalogFingerprint;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.primary.capture.database.tracking.TrackedCatalog;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalogs of the moment before, which are those of the next one as long as their fingerprint is the same: one
 * query in place of all others, whatever the number of tables. What tables take on disk is then as it was. Only while
 * changes are tracked: what reads every row gains nothing by it. One capture at a time.
 */
final class KnownCatalogs {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseCapture.class);

    private volatile Optional<Known> known = Optional.empty();

    /** @param server when it was started, so that a restored one is compared with nothing */
    private record Known(String server, String fingerprint, Catalogs catalogs) {}

    /**
     * @param catalogs of the moment
     * @param again whether they are those of the moment before
     */
    record Read(Catalogs catalogs, boolean again) {}

    /**
     * Reads them, without keeping a lock.
     *
     * @param keeper in the moment
     * @param seen by the moment
     * @param tracked whether changes are tracked
     * @param frequent whether what the database takes on disk need not be newer than that of the moment before
     */
    Read read(Session keeper, MomentSeen seen, boolean tracked, boolean frequent) {
        Optional<CatalogFingerprint> fingerprint = tracked ? fingerprint(keeper) : Optional.empty();
        Optional<Catalogs> before = fingerprint.flatMap(now -> before(seen, now));
        Optional<TrackedCatalog> tables = fingerprint.flatMap(now -> tables(keeper, now, before));
        if (before.isPresent() && tables.isPresent()) {
            long bytes = frequent
                    ? before.get().databaseBytes()
                    : ExportedSnapshot.withoutLocks(keeper, session -> new Catalog(session).databaseBytes());
            return new Read(before.get().with(tables.get(), bytes), true);
        }
        Catalogs read = ExportedSnapshot.withoutLocks(keeper, Catalogs::read);
        Catalogs all = tables.map(read::with).orElse(read);
        known = tables.map(
                any -> new Known(seen.server(), fingerprint.orElseThrow().all(), all));
        return new Read(all, false);
    }

    /** Forgets all. Thread-safe. */
    void forget() {
        known = Optional.empty();
    }

    private Optional<Catalogs> before(MomentSeen seen, CatalogFingerprint now) {
        return known.filter(then -> then.server.equals(seen.server()) && then.fingerprint.equals(now.all()))
                .map(Known::catalogs);
    }

    private static Optional<CatalogFingerprint> fingerprint(Session keeper) {
        try {
            return Optional.of(ExportedSnapshot.withoutLocks(keeper, CatalogFingerprint::of));
        } catch (UnderstudyException e) {
            return untracked(keeper, e);
        }
    }

    private static Optional<TrackedCatalog> tables(
            Session keeper, CatalogFingerprint fingerprint, Optional<Catalogs> before) {
        try {
            return Optional.of(ExportedSnapshot.withoutLocks(
                    keeper,
                    session -> before.flatMap(Catalogs::tracked)
                            .map(then -> then.again(session, fingerprint))
                            .orElseGet(() -> TrackedCatalog.read(session, fingerprint))));
        } catch (UnderstudyException e) {
            return untracked(keeper, e);
        }
    }

    /** The moment stays, and all of it is read. */
    private static <T> Optional<T> untracked(Session keeper, UnderstudyException why) {
        ExportedSnapshot.forget(keeper);
        LOG.warn("changes are not tracked, all tables are read in full: {}", why.getMessage());
        return Optional.empty();
    }
}

package io.understudy.primary.capture.database;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Catalog;
import io.understudy.postgres.KeptSessions;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.SiteCode;
import io.understudy.postgres.SourceTable;
import io.understudy.postgres.Toolset;
import io.understudy.primary.capture.database.CaptureSource.Frozen;
import io.understudy.primary.capture.database.ExportedSnapshot.Export;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.primary.capture.database.tracking.TrackedCatalog;
import io.understudy.primary.capture.database.tracking.TrackedRun;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.tasks.TaskScope;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Freezes one moment and reads what its catalogs say; and, where changes are tracked, what changed until then. */
final class CaptureOpening {
    /** Of tables that are locked before the moment: what is surely read in less time than the watch allows. */
    private static final long QUICKLY_READ = 16 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseCapture.class);
    private static final Duration DUMP_LOCKS = Duration.ofSeconds(1);
    private static final Duration DUMP_LOCK = Duration.ofNanos(500_000);

    private final KeptSessions sessions;
    private final PgTools tools;
    private final Ticker ticker;
    private final TaskScope scope;
    private final LockWatch watch;
    private final Optional<TrackedRun> changes;
    private final Runnable froze;

    /** @param froze is called when the moment is frozen */
    CaptureOpening(
            KeptSessions sessions,
            PgTools tools,
            Ticker ticker,
            TaskScope scope,
            LockWatch watch,
            Optional<TrackedRun> changes,
            Runnable froze) {
        this.sessions = sessions;
        this.tools = tools;
        this.ticker = ticker;
        this.scope = scope;
        this.watch = watch;
        this.changes = changes;
        this.froze = froze;
    }

    /** Freezes the moment and reads its catalogs. */
    CaptureSource open(Collection<SourceTable> restless) {
        try {
            return opened(restless);
        } catch (UnderstudyException e) {
            if (ExclusiveLocks.gone(e)) {
                throw new MomentLost("a sequence was dropped at that moment");
            }
            throw ExclusiveLocks.refused(e) ? new MomentLost("a table was locked exclusively at that moment") : e;
        }
    }

    private CaptureSource opened(Collection<SourceTable> restless) {
        Session keeper = watch.guard(scope.open(sessions::open));
        Toolset programs = tools.forDump(keeper.serverVersion());
        ExclusiveLocks locks = new ExclusiveLocks(sessions.settings().lockTimeout(), ticker);
        locks.awaitNone(keeper);
        List<SourceTable> quick =
                restless.stream().filter(table -> table.bytes() <= QUICKLY_READ).toList();
        Optional<Session> opener = Optional.empty();
        Set<String> locked = Set.of();
        ExportedSnapshot moment;
        if (quick.isEmpty()) {
            moment = ExportedSnapshot.take(keeper);
        } else {
            opener = Optional.of(watch.guard(scope.open(sessions::open)));
            locked = locks.begin(opener.get(), quick);
            moment = ExportedSnapshot.keep(keeper, Export.of(opener.get()));
        }
        PrimaryPoint.MOMENT_FROZEN.reached();
        froze.run();
        Frozen frozen = new Frozen(moment, keeper, programs, opener, locked);
        CaptureSource read = ExportedSnapshot.withoutLocks(keeper, catalogs(frozen));
        CaptureSource source = changes.isEmpty() ? read : tracked(read, changes.get());
        return source.with(ExportedSnapshot.withoutLocks(
                keeper, source.archiveStands() ? CatalogStamp::ofEnums : CatalogStamp::of));
    }

    private static Function<Session, CaptureSource> catalogs(Frozen frozen) {
        ExportedSnapshot moment = frozen.moment();
        return session -> {
            Catalog catalog = new Catalog(session);
            List<SequenceData> sequences = new SequenceReader(session).read();
            ArchiveArguments arguments = ArchiveArguments.of(moment, sequences, dumpLocks(moment));
            return new CaptureSource(
                    frozen,
                    catalog.properties(),
                    new SiteCode(session).generatedColumns(),
                    sequences,
                    catalog.databaseBytes(),
                    arguments,
                    catalog.largeObjectBytes()
                            + CaptureSource.sizeOf(moment.tables())
                            - CaptureSource.sizeOf(arguments.carried()),
                    MomentSeen.in(session),
                    CatalogStamp.NOTHING,
                    Optional.empty());
        };
    }

    /** How long pg_dump may take to lock all tables, none of which was locked exclusively a moment ago. */
    private static Duration dumpLocks(ExportedSnapshot moment) {
        return DUMP_LOCKS.plus(DUMP_LOCK.multipliedBy(moment.tables().size()));
    }

    /** Empty where it cannot be read: the moment stays, and all of it is read. */
    private static Optional<TrackedCatalog> catalog(Session keeper) {
        try {
            return Optional.of(ExportedSnapshot.withoutLocks(keeper, TrackedCatalog::read));
        } catch (UnderstudyException e) {
            ExportedSnapshot.forget(keeper);
            LOG.warn("changes are not tracked, all tables are read in full: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static CaptureSource tracked(CaptureSource source, TrackedRun changes) {
        Frozen frozen = source.frozen();
        Optional<TrackedCatalog> catalog = catalog(frozen.keeper());
        return catalog.isEmpty()
                ? source
                : source.with(changes.read(
                        catalog.get(),
                        source.carried(),
                        frozen.moment().at(),
                        source.encoding(),
                        frozen.programs().version()));
    }
}

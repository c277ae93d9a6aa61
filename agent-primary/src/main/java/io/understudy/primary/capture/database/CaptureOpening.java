package io.understudy.primary.capture.database;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Catalog;
import io.understudy.postgres.KeptSessions;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Session;
import io.understudy.postgres.SourceTable;
import io.understudy.postgres.Toolset;
import io.understudy.primary.capture.database.CaptureSource.Frozen;
import io.understudy.primary.capture.database.ExportedSnapshot.Export;
import io.understudy.primary.capture.database.tracking.MomentSeen;
import io.understudy.primary.capture.database.tracking.TrackedCatalog;
import io.understudy.primary.capture.database.tracking.TrackedRun;
import io.understudy.primary.capture.database.tracking.TrackedTables;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.tasks.TaskScope;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Freezes one moment and reads what its catalogs say; and, where changes are tracked, what changed until then. */
final class CaptureOpening {
    /** Of tables that are locked before the moment: what is surely read in less time than the watch allows. */
    private static final long QUICKLY_READ = 16 << 20;

    private static final Duration DUMP_LOCKS = Duration.ofSeconds(1);
    private static final Duration DUMP_LOCK = Duration.ofNanos(500_000);

    private final KeptSessions sessions;
    private final PgTools tools;
    private final Ticker ticker;
    private final TaskScope scope;
    private final LockWatch watch;
    private final Optional<TrackedRun> changes;
    private final KnownCatalogs known;
    private final Runnable froze;

    /**
     * @param known from the moment before
     * @param froze is called when the moment is frozen
     */
    CaptureOpening(
            KeptSessions sessions,
            PgTools tools,
            Ticker ticker,
            TaskScope scope,
            LockWatch watch,
            Optional<TrackedRun> changes,
            KnownCatalogs known,
            Runnable froze) {
        this.sessions = sessions;
        this.tools = tools;
        this.ticker = ticker;
        this.scope = scope;
        this.watch = watch;
        this.changes = changes;
        this.known = known;
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
        Export exported;
        if (quick.isEmpty()) {
            exported = ExportedSnapshot.freeze(keeper);
        } else {
            opener = Optional.of(watch.guard(scope.open(sessions::open)));
            locked = locks.begin(opener.get(), quick);
            exported = ExportedSnapshot.keep(keeper, Export.of(opener.get()));
        }
        MomentSeen seen = MomentSeen.in(keeper);
        KnownCatalogs.Read read = known.read(
                keeper,
                seen,
                changes.isPresent(),
                changes.filter(TrackedRun::isFrequent).isPresent());
        ExportedSnapshot moment = ExportedSnapshot.of(exported, read.catalogs());
        PrimaryPoint.MOMENT_FROZEN.reached();
        froze.run();
        Frozen frozen = new Frozen(moment, keeper, programs, opener, locked);
        CaptureSource source = tracked(source(frozen, read.catalogs(), seen), read);
        return source.with(ExportedSnapshot.withoutLocks(
                keeper, source.archiveStands() ? CatalogStamp::ofEnums : CatalogStamp::of));
    }

    private CaptureSource source(Frozen frozen, Catalogs catalogs, MomentSeen seen) {
        ExportedSnapshot moment = frozen.moment();
        List<SequenceData> sequences = ExportedSnapshot.withoutLocks(
                frozen.keeper(), keeper -> SequenceReader.values(catalogs.sequences(), keeper, watch::now));
        ArchiveArguments arguments = ArchiveArguments.of(moment, sequences, dumpLocks(moment));
        return new CaptureSource(
                frozen,
                catalogs.properties(),
                catalogs.generated(),
                sequences,
                catalogs.databaseBytes(),
                arguments,
                catalogs.largeObjectBytes()
                        + CaptureSource.sizeOf(moment.tables())
                        - CaptureSource.sizeOf(arguments.carried()),
                seen,
                CatalogStamp.NOTHING,
                Optional.empty());
    }

    /** How long pg_dump may take to lock all tables, none of which was locked exclusively a moment ago. */
    private static Duration dumpLocks(ExportedSnapshot moment) {
        return DUMP_LOCKS.plus(DUMP_LOCK.multipliedBy(moment.tables().size()));
    }

    private CaptureSource tracked(CaptureSource source, KnownCatalogs.Read read) {
        Optional<TrackedCatalog> catalog = read.catalogs().tracked();
        if (changes.isEmpty() || catalog.isEmpty()) {
            return source;
        }
        Frozen frozen = source.frozen();
        Optional<TrackedRun.Found> found = changes.get()
                .read(
                        catalog.get(),
                        source.carried(),
                        frozen.moment().at(),
                        source.encoding(),
                        frozen.programs().version());
        CaptureSource tracked = source.with(found);
        return read.again() ? measured(tracked, found.map(TrackedRun.Found::tables)) : tracked;
    }

    /** What is read in full is cut and weighed by what it takes on disk now. */
    private static CaptureSource measured(CaptureSource source, Optional<TrackedTables> tables) {
        List<SourceTable> whole = source.carried().stream()
                .filter(table -> tables.isEmpty() || tables.get().whole(table).isPresent())
                .toList();
        return whole.isEmpty()
                ? source
                : source.measured(ExportedSnapshot.withoutLocks(
                        source.frozen().keeper(), session -> new Catalog(session).measured(whole)));
    }
}

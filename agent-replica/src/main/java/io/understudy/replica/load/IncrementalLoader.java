package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.replica.load.LoadReport.By;
import io.understudy.replica.load.LoadReport.TableLoad;
import io.understudy.replica.load.SpareRecord.Change;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import io.understudy.tasks.TaskScope;
import io.understudy.time.Ticker;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Brings a database that holds an older snapshot up to another one of the same schema by what differs. Nothing is
 * taken on trust: what the database holds is looked at first, each statement must change exactly as many rows as it
 * should, and any doubt throws {@link FullLoadRequired}.
 *
 * <p>More than 300 lines, for the order of its steps is judged best in one place.
 */
final class IncrementalLoader {
    /** Tables that are given rights to one by one. */
    private static final int FEW = 200;
    /** A table of which more than this share of the rows changed gets new statistics at once. */
    private static final double MUCH = 0.1;

    private final Database database;
    private final Database replica;
    private final String spare;
    private final SpareBase bases;
    private final Restores restores;
    private final Path state;
    private final DigestsOfTables digests;
    private boolean mayBeReplica;
    private final BaseInspector inspector;
    private final ViewRefresh views;
    private final PendingLists pending;

    IncrementalLoader(
            Database database,
            SpareDatabase spare,
            SpareBase bases,
            Restores restores,
            ComparedTables compared,
            Path state,
            Ticker ticker) {
        this.database = database;
        this.replica = database.asReplica();
        this.spare = spare.name();
        this.bases = bases;
        this.restores = restores;
        this.digests = new DigestsOfTables(replica, spare.name(), compared);
        this.state = state;
        this.inspector = new BaseInspector(replica, spare.name());
        this.views = new ViewRefresh(replica, spare.name(), ticker);
        this.pending = new PendingLists(replica, spare.name());
    }

    /**
     * @param mark makes the mark of the database, in a session of it
     * @param own what an earlier attempt committed of this standby's own rules; empty: they are still to run
     */
    record Loaded(LoadReport report, Function<Session, LoadMark> mark, Optional<OwnRows.Done> own) {}

    /**
     * A database that was never live since its own load ended is not searched for what others wrote into it: nothing
     * else connects to the spare's name. Nor is more read of its schema than changed, where it is only kept ready.
     *
     * @param base the database
     * @param before what it held
     * @param after what it is to hold
     * @throws FullLoadRequired when all is to be loaded
     * @throws UnderstudyException those of sessions, blobs, files and pg_restore
     */
    Loaded load(
            LoadContext context,
            LoadedDatabase base,
            Manifest before,
            Manifest after,
            BlobSource blobs,
            Progress progress) {
        requireAlike(before.database(), after.database());
        boolean quiet = bases.isWhole(base) && context.wasNeverLive(base.identity());
        boolean brief = quiet && context.briefly();
        requireReplicaRole();
        List<TableChange> tables = OwnTables.of(base.mark().own(), brief, before, after, blobs);
        Change change = bases.adopt(base, after.snapshot(), context::changing);
        if (change.transactions().containsKey(OwnRows.PART)) {
            return whole(change, after, blobs);
        }
        if (!quiet) {
            LoadRights.dropLeftoversIn(replica, spare);
        }
        BaseLook look = quiet ? inspector.quietLook(base.mark(), brief) : inspector.look(base.mark(), tables, change);
        boolean sameArchive =
                before.database().archive().equals(after.database().archive());
        if (!sameArchive || !quiet && look.hasDoubtfulObjects()) {
            new LargeObjects(database, spare, restores, () -> changingBeyond(context))
                    .replace(after, blobs, inspector.filled(look));
        }
        List<TableLoad> loads =
                brief && tables.isEmpty() ? List.of() : rows(context, tables, look, change, after, blobs, progress);
        if (context.briefly()) {
            pending.grew(base.identity(), tables, loads);
        }
        Set<String> changed = changed(tables, loads);
        ViewRefresh.Views left = finish(context, tables, loads, changed, look, before, after, blobs, progress);
        boolean carried = quiet
                && sameArchive
                && changed.stream().noneMatch(look.structure().loud()::contains);
        return new Loaded(
                new LoadReport(loads),
                session -> carried
                        ? base.mark().moved(session, left.refreshed(), left.left())
                        : LoadMark.of(session, FullLoader.tables(after, blobs)).withStale(left.left()),
                Optional.empty());
    }

    /** An earlier attempt did all but to write down that it had. */
    private static Loaded whole(Change change, Manifest after, BlobSource blobs) {
        return new Loaded(
                LoadReport.fullOnce("an earlier attempt had loaded it"),
                session -> LoadMark.of(session, FullLoader.tables(after, blobs)),
                Optional.of(OwnRows.Done.of(change.own())));
    }

    /** Whether loads that only kept this database ready left comparisons with digests, or views, to a later one. */
    boolean isOwed(LoadedDatabase database) {
        return digests.areOwed() || !database.mark().stale().isEmpty();
    }

    /** As {@link SpareLoader#mergeIndexes}. */
    void mergeIndexes() {
        pending.merge();
    }

    private void committing(LoadContext context, String part, long transaction) {
        context.committing();
        bases.committing(part, transaction);
    }

    private void changingBeyond(LoadContext context) {
        context.committing();
        bases.changingBeyond();
    }

    private List<TableLoad> rows(
            LoadContext context,
            List<TableChange> tables,
            BaseLook look,
            Change change,
            Manifest after,
            BlobSource blobs,
            Progress progress) {
        DifferenceLoad rows = new DifferenceLoad(
                blobs, state, (part, number) -> committing(context, part, number), context.briefly());
        if (look.quiet() && tables.stream().noneMatch(IncrementalLoader::isTouched)) {
            List<TableLoad> loads =
                    tables.stream().map(TableChange::asUnchanged).toList();
            List<TableChange> wrong = digests.different(context, tables, look.targets(), after);
            if (wrong.isEmpty()) {
                return loads;
            }
            try (LoadRights rights = LoadRights.of(replica, spare)) {
                return repaired(loads, rows.run(wrong, change, look.order(), look.targets(), rights, after, progress));
            }
        }
        try (LoadRights rights = rights(tables, look)) {
            List<TableChange> changes = inspector.withDrift(tables, change, look, rights);
            List<TableLoad> loads = rows.run(changes, change, look.order(), look.targets(), rights, after, progress);
            List<TableChange> wrong = digests.different(context, changes, look.targets(), after);
            if (!wrong.isEmpty()) {
                loads = repaired(loads, rows.run(wrong, change, look.order(), look.targets(), rights, after, progress));
            }
            verifyGenerated(changes, rights, look.targets(), after, blobs, progress);
            return loads;
        }
    }

    /** A few tables, in which no function of the site runs, need rights for themselves alone. */
    private LoadRights rights(List<TableChange> tables, BaseLook look) {
        List<TableChange> changes =
                tables.stream().filter(IncrementalLoader::isTouched).toList();
        boolean few = look.quiet()
                && !changes.isEmpty()
                && changes.size() <= FEW
                && changes.stream().noneMatch(table -> look.order().isLate(table.after()));
        return few
                ? LoadRights.of(
                        replica,
                        spare,
                        changes.stream().map(TableChange::name).collect(Collectors.toCollection(TreeSet::new)))
                : LoadRights.of(replica, spare);
    }

    private static boolean isTouched(TableChange table) {
        return table.full().isPresent() || !table.before().equals(table.after());
    }

    private void requireReplicaRole() {
        if (!mayBeReplica) {
            hindrance().ifPresent(why -> {
                throw new FullLoadRequired(why);
            });
            mayBeReplica = true;
        }
    }

    private static void requireAlike(DatabaseData before, DatabaseData after) {
        if (!before.schemaHash().equals(after.schemaHash())) {
            throw new FullLoadRequired("the schema changed");
        }
        if (!before.properties().equals(after.properties())) {
            throw new FullLoadRequired("the properties of the database changed");
        }
    }

    /** Why no database can be brought up by differences here; empty when it can. */
    Optional<String> hindrance() {
        try {
            replica.maintenance().close();
            return Optional.empty();
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.MISSING_PRIVILEGE) {
                throw e;
            }
            return Optional.of("database.user may not set session_replication_role;"
                    + " GRANT SET ON PARAMETER session_replication_role TO it allows that (PostgreSQL 15 and later)");
        }
    }

    private static List<TableLoad> repaired(List<TableLoad> loads, List<TableLoad> again) {
        Map<String, TableLoad> byName = new LinkedHashMap<>();
        loads.forEach(load -> byName.put(load.table(), load));
        again.forEach(load -> byName.put(load.table(), load.asMismatch()));
        return List.copyOf(byName.values());
    }

    private void verifyGenerated(
            List<TableChange> changes,
            LoadRights rights,
            CopyTargets targets,
            Manifest after,
            BlobSource blobs,
            Progress progress) {
        List<TableData> tables = changes.stream()
                .filter(table -> table.after().generated() != null)
                .filter(table -> !table.isUnchanged()
                        || !table.after().generated().equals(table.before().generated()))
                .map(TableChange::after)
                .toList();
        String encoding = after.database().properties().encoding();
        TableCopy copy = new TableCopy(blobs, progress, encoding, targets, 0);
        try (TaskScope scope = new TaskScope("compare generated values")) {
            new GeneratedCheck(rights, after, copy).verify(tables, scope);
        }
    }

    private static Set<String> changed(List<TableChange> tables, List<TableLoad> loads) {
        Set<String> unchanged = loads.stream()
                .filter(load -> load.by() == By.UNCHANGED)
                .map(TableLoad::table)
                .collect(Collectors.toSet());
        return tables.stream()
                .filter(table -> !unchanged.contains(table.text()))
                .map(TableChange::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> muchChanged(List<TableChange> tables, List<TableLoad> loads) {
        Map<String, TableLoad> byText = loads.stream().collect(Collectors.toMap(TableLoad::table, load -> load));
        return tables.stream()
                .filter(table -> {
                    TableLoad load = Objects.requireNonNull(byText.get(table.text()));
                    return load.by() == By.FULL
                            || load.gone() + load.came() > MUCH * table.after().rows();
                })
                .map(TableChange::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private ViewRefresh.Views finish(
            LoadContext context,
            List<TableChange> tables,
            List<TableLoad> loads,
            Set<String> changed,
            BaseLook look,
            Manifest before,
            Manifest after,
            BlobSource blobs,
            Progress progress) {
        changingBeyond(context);
        SequenceLoader sequences = new SequenceLoader(replica, spare);
        // What this standby's own rules insert draws numbers.
        if (look.quiet() && look.mark().own().isEmpty()) {
            sequences.loadChanged(before.database(), after.database(), blobs);
        } else {
            sequences.load(after.database(), blobs);
        }
        progress.report("statistics", 0, -1);
        ViewRefresh.Views refreshed = views.refresh(changed, look, context);
        new Analysis(replica, spare).run(muchChanged(tables, loads));
        ReplicaPoint.BASE_CHANGED.reached();
        return refreshed;
    }
}

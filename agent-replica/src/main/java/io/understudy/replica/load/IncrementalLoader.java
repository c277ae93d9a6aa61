package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.SchemaStamp;
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
import java.util.HashMap;
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
 */
final class IncrementalLoader {
    /** Tables that are given rights to one by one. */
    private static final int FEW = 200;
    /** A table of which more than this share of the rows changed gets new statistics at once. */
    private static final double MUCH = 0.1;

    private final Database database;
    private final Database replica;
    private final SpareDatabase spare;
    private final Restores restores;
    private final Path state;
    private final ComparedTables compared;
    private final ViewPace pace;
    private boolean mayBeReplica;
    /** By the hash of the catalogs, which holds OIDs: of the last database alone. */
    private final Map<String, Structure> structures = new HashMap<>();

    IncrementalLoader(
            Database database,
            SpareDatabase spare,
            Restores restores,
            ComparedTables compared,
            Path state,
            Ticker ticker) {
        this.pace = new ViewPace(ticker);
        this.database = database;
        this.replica = database.asReplica();
        this.spare = spare;
        this.restores = restores;
        this.compared = compared;
        this.state = state;
    }

    /** What was looked at before anything was changed. */
    private record Look(Structure structure, Set<String> others, Set<String> driftedOthers) {
        boolean isLargeObject(String name) {
            return name.equals(LargeObjects.CONTENT) || name.equals(LargeObjects.LIST);
        }

        CopyTargets targets() {
            return structure.targets();
        }

        LoadOrder order() {
            return structure.order();
        }
    }

    /** @param mark makes the mark of the database, in a session of it */
    record Loaded(LoadReport report, Function<Session, LoadMark> mark) {}

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
        boolean quiet = spare.isWhole(base) && context.wasNeverLive(base.identity());
        boolean brief = quiet && context.ahead();
        requireReplicaRole();
        List<TableChange> tables =
                brief ? TableChange.differing(before, after, blobs) : TableChange.between(before, after, blobs);
        Change change = spare.adopt(base, after.snapshot(), context::changing);
        if (!quiet) {
            LoadRights.dropLeftoversIn(replica, spare.name());
        }
        Look look = quiet ? quietLook(base.mark(), brief) : look(base.mark(), tables, change);
        boolean sameArchive =
                before.database().archive().equals(after.database().archive());
        if (!sameArchive || !quiet && hasDoubtfulObjects(look, change)) {
            new LargeObjects(database, spare.name(), restores).replace(after, blobs, filled(look, base.mark()));
        }
        List<TableLoad> loads = brief && tables.isEmpty()
                ? List.of()
                : rows(context, tables, quiet, look, base.mark(), change, after, blobs, progress);
        Set<String> changed = changed(tables, loads);
        Views views = finish(context, tables, loads, quiet, changed, look, base.mark(), before, after, blobs, progress);
        boolean carried = brief
                && sameArchive
                && changed.stream().noneMatch(look.structure().loud()::contains);
        return new Loaded(
                new LoadReport(Optional.empty(), loads),
                session -> carried
                        ? base.mark().moved(session, views.refreshed(), views.left())
                        : LoadMark.of(session, DatabaseLoader.tables(after, blobs))
                                .withStale(views.left()));
    }

    private List<TableLoad> rows(
            LoadContext context,
            List<TableChange> tables,
            boolean quiet,
            Look look,
            LoadMark mark,
            Change change,
            Manifest after,
            BlobSource blobs,
            Progress progress) {
        try (LoadRights rights = rights(tables, quiet, look)) {
            List<TableChange> changes = withDrift(tables, mark, change, look, quiet, rights);
            DifferenceLoad rows = new DifferenceLoad(blobs, state, spare::committing);
            List<TableLoad> loads = rows.run(changes, change, look.order(), look.targets(), rights, after, progress);
            List<TableChange> wrong = different(context, changes, look.targets(), after);
            if (!wrong.isEmpty()) {
                loads = repaired(loads, rows.run(wrong, change, look.order(), look.targets(), rights, after, progress));
            }
            verifyGenerated(changes, rights, look.targets(), after, blobs, progress);
            return loads;
        }
    }

    /** A few tables, in which no function of the site runs, need rights for themselves alone. */
    private LoadRights rights(List<TableChange> tables, boolean quiet, Look look) {
        List<TableChange> changes = tables.stream()
                .filter(table -> !table.before().equals(table.after()))
                .toList();
        boolean few = quiet
                && !changes.isEmpty()
                && changes.size() <= FEW
                && changes.stream().noneMatch(table -> look.order().isLate(table.after()));
        return few
                ? LoadRights.of(
                        replica,
                        spare.name(),
                        changes.stream().map(TableChange::name).collect(Collectors.toCollection(TreeSet::new)))
                : LoadRights.of(replica, spare.name());
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

    private Look look(LoadMark mark, List<TableChange> tables, Change change) {
        Set<String> listed = tables.stream().map(TableChange::name).collect(Collectors.toSet());
        try (Session session = replica.open(spare.name())) {
            Structure structure = Structure.of(session);
            // Once something was committed, an earlier attempt has looked.
            Set<String> drifted = change.transactions().isEmpty()
                    ? new Drift(replica, spare.name(), mark).findOthers(session, SchemaStamp.of(session), listed)
                    : mark.others().keySet();
            return new Look(structure, mark.others().keySet(), drifted);
        }
    }

    private Look quietLook(LoadMark mark, boolean brief) {
        if (!brief || !structures.containsKey(mark.catalogs())) {
            try (Session session = replica.open(spare.name())) {
                Drift.requireCatalogs(SchemaStamp.of(session), mark);
                structures.clear();
                structures.put(mark.catalogs(), Structure.of(session));
            }
        }
        Structure structure = Objects.requireNonNull(structures.get(mark.catalogs()));
        return new Look(structure, mark.others().keySet(), Set.of());
    }

    /** Those of parts that were committed by an earlier attempt hold what they are to hold. */
    private List<TableChange> withDrift(
            List<TableChange> tables, LoadMark mark, Change change, Look look, boolean quiet, LoadRights rights) {
        if (quiet) {
            requireOwnPlaces(tables, look);
            return tables;
        }
        List<TableChange> open = tables.stream()
                .filter(table -> !change.transactions().containsKey(DifferenceLoad.part(table, look.order(), rights)))
                .toList();
        Map<String, Long> rows = new HashMap<>();
        open.forEach(table -> rows.put(table.name(), table.before().rows()));
        Map<String, List<String>> together = open.stream()
                .collect(Collectors.groupingBy(
                        table -> look.targets().of(table.after()),
                        LinkedHashMap::new,
                        Collectors.mapping(TableChange::name, Collectors.toList())));
        Map<String, String> drifted = new Drift(replica, spare.name(), mark).find(rows, together);
        List<TableChange> changes = tables.stream()
                .map(table -> drifted.containsKey(table.name()) ? table.asDrifted(drifted.get(table.name())) : table)
                .toList();
        requireOwnPlaces(changes, look);
        return changes;
    }

    private static void requireOwnPlaces(List<TableChange> changes, Look look) {
        changes.stream()
                .filter(table -> !table.isUnchanged()
                        && !look.targets().of(table.after()).equals(table.name()))
                .findFirst()
                .ifPresent(table -> {
                    throw new FullLoadRequired(table.text() + " is a partition by the hash of an enum");
                });
    }

    /** Whether large objects may be other than the older snapshot's, or cannot be looked at. */
    private static boolean hasDoubtfulObjects(Look look, Change change) {
        boolean readable = look.others().contains(LargeObjects.CONTENT);
        return look.driftedOthers().stream().anyMatch(look::isLargeObject)
                || !readable && change.from().mark().others().getOrDefault(LargeObjects.LIST, 0L) > 0;
    }

    /** What has rows and no place in a list, large objects and views apart. */
    private Set<String> filled(Look look, LoadMark mark) {
        Set<String> filled = new TreeSet<>(look.others());
        filled.removeIf(name -> look.isLargeObject(name) || mark.others().get(name) == 0);
        try (Session session = replica.open(spare.name())) {
            filled.removeAll(StaleViews.all(session));
        }
        return filled;
    }

    /**
     * The tables whose turn it is to be compared, and that differ from the snapshot. Partitions that PostgreSQL fills
     * by way of their root have other rows on each server.
     */
    private List<TableChange> different(
            LoadContext context, List<TableChange> changes, CopyTargets targets, Manifest after) {
        Set<String> changed = changes.stream()
                .filter(table -> !table.isUnchanged())
                .map(TableChange::name)
                .collect(Collectors.toSet());
        if (context.ahead()) {
            compared.changed(changed);
            return List.of();
        }
        List<TableData> all = changes.stream()
                .filter(table -> targets.of(table.after()).equals(table.name()))
                .map(TableChange::after)
                .toList();
        List<TableData> due = compared.due(all, changed);
        Map<String, String> wrong = new DigestCheck(
                        replica, spare.name(), after.database().properties().encoding())
                .compare(due, Progress.none()).stream()
                        .collect(Collectors.toMap(each -> TableCopy.name(each.table()), DigestCheck.Mismatch::text));
        compared.compared(due, all);
        return changes.stream()
                .filter(table -> wrong.containsKey(table.name()))
                .map(table -> table.again("its rows differed from the snapshot's digest: " + wrong.get(table.name())))
                .toList();
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

    /** @param left tables that changed since the views were refreshed */
    private record Views(List<String> refreshed, Set<String> left) {}

    private Views finish(
            LoadContext context,
            List<TableChange> tables,
            List<TableLoad> loads,
            boolean quiet,
            Set<String> changed,
            Look look,
            LoadMark mark,
            Manifest before,
            Manifest after,
            BlobSource blobs,
            Progress progress) {
        SequenceLoader sequences = new SequenceLoader(replica, spare.name());
        if (quiet) {
            sequences.loadChanged(before.database(), after.database(), blobs);
        } else {
            sequences.load(after.database(), blobs);
        }
        progress.report("statistics", 0, -1);
        Views views = views(context, quiet, changed, look, mark);
        new Analysis(replica, spare.name()).run(muchChanged(tables, loads));
        ReplicaPoint.BASE_CHANGED.reached();
        return views;
    }

    private Views views(LoadContext context, boolean quiet, Set<String> changed, Look look, LoadMark mark) {
        if (quiet && !look.structure().views()) {
            return new Views(List.of(), Set.of());
        }
        Set<String> all = new TreeSet<>(changed);
        all.addAll(mark.stale());
        if (quiet && context.ahead() && !pace.isDue()) {
            return new Views(List.of(), all);
        }
        try (Session session = replica.open(spare.name())) {
            Set<String> drifted = new TreeSet<>(look.driftedOthers());
            drifted.removeIf(look::isLargeObject);
            StaleViews views = new StaleViews(session, all, drifted);
            if (!views.all().containsAll(drifted)) {
                throw new FullLoadRequired(
                        "rows of tables that no list of the snapshot names were changed on this server");
            }
            return new Views(pace.time(() -> views.refresh(session)), Set.of());
        }
    }
}

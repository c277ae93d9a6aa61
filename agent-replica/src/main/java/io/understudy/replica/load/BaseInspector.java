package io.understudy.replica.load;

import io.understudy.postgres.Database;
import io.understudy.postgres.SchemaStamp;
import io.understudy.postgres.Session;
import io.understudy.replica.load.SpareRecord.Change;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Looks at a database before a load by differences changes it: whether it is as the load before left it. */
final class BaseInspector {
    private final Database replica;
    private final String name;
    /** By the hash of the catalogs, which holds OIDs: of the last database alone. */
    private final Map<String, Structure> structures = new HashMap<>();

    /** @param name of the database */
    BaseInspector(Database replica, String name) {
        this.replica = replica;
        this.name = name;
    }

    /** @throws FullLoadRequired when the schema, or what no list of the snapshot names, is not as it was */
    BaseLook look(LoadMark mark, List<TableChange> tables, Change change) {
        Set<String> listed = tables.stream().map(TableChange::name).collect(Collectors.toSet());
        try (Session session = replica.open(name)) {
            Structure structure = Structure.of(session);
            // Once something was committed, an earlier attempt has looked.
            Set<String> drifted = change.transactions().isEmpty()
                    ? new Drift(replica, name, mark).findOthers(session, SchemaStamp.of(session), listed)
                    : mark.others().keySet();
            return new BaseLook(structure, mark, false, readsObjects(mark, change), drifted);
        }
    }

    /**
     * Of a database that was never live since its load ended.
     *
     * @param brief whether the schema is only read where it was not before
     */
    BaseLook quietLook(LoadMark mark, boolean brief) {
        if (!brief || !structures.containsKey(mark.catalogs())) {
            try (Session session = replica.open(name)) {
                Drift.requireCatalogs(SchemaStamp.of(session), mark);
                structures.clear();
                structures.put(mark.catalogs(), Structure.of(session));
            }
        }
        return new BaseLook(Objects.requireNonNull(structures.get(mark.catalogs())), mark, true, true, Set.of());
    }

    private static boolean readsObjects(LoadMark mark, Change change) {
        return mark.others().containsKey(LargeObjects.CONTENT)
                || change.from().mark().others().getOrDefault(LargeObjects.LIST, 0L) == 0;
    }

    /**
     * The tables with what drifted of them. Those of parts that were committed by an earlier attempt hold what they are
     * to hold.
     */
    List<TableChange> withDrift(List<TableChange> tables, Change change, BaseLook look, LoadRights rights) {
        List<TableChange> changes = look.quiet() ? tables : drifted(tables, change, look, rights);
        requireOwnPlaces(changes, look);
        return changes;
    }

    private List<TableChange> drifted(List<TableChange> tables, Change change, BaseLook look, LoadRights rights) {
        List<TableChange> open = tables.stream()
                // What is replaced anyway is not searched.
                .filter(table -> table.full().isEmpty())
                .filter(table -> !change.transactions().containsKey(DifferenceLoad.part(table, look.order(), rights)))
                .toList();
        Map<String, Long> rows = new HashMap<>();
        open.forEach(table -> rows.put(table.name(), table.before().rows()));
        Map<String, List<String>> together = open.stream()
                .collect(Collectors.groupingBy(
                        table -> look.targets().of(table.after()),
                        LinkedHashMap::new,
                        Collectors.mapping(TableChange::name, Collectors.toList())));
        Map<String, String> drifted = new Drift(replica, name, look.mark()).find(rows, together);
        return tables.stream()
                .map(table -> drifted.containsKey(table.name()) ? table.asDrifted(drifted.get(table.name())) : table)
                .toList();
    }

    private static void requireOwnPlaces(List<TableChange> changes, BaseLook look) {
        changes.stream()
                .filter(table -> !table.isUnchanged()
                        && !look.targets().of(table.after()).equals(table.name()))
                .findFirst()
                .ifPresent(table -> {
                    throw new FullLoadRequired(table.text() + " is a partition by the hash of an enum");
                });
    }

    /** What has rows and no place in a list, large objects and views apart. */
    Set<String> filled(BaseLook look) {
        Set<String> filled = new TreeSet<>(look.others());
        filled.removeIf(
                each -> BaseLook.isLargeObject(each) || look.mark().others().get(each) == 0);
        try (Session session = replica.open(name)) {
            filled.removeAll(StaleViews.all(session));
        }
        return filled;
    }
}

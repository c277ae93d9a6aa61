package io.understudy.history;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.UndonePlan.Action;
import io.understudy.history.UndonePlan.Item;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Takes rows back, in the transaction in which they were found and locked. As when they came, triggers of the site do
 * not run where the user may prevent it; what the database would check with its own was looked for before. Not
 * thread-safe.
 */
final class UndoneScript {
    private final UndonePlan plan;
    private final LiveTables tables;
    private final boolean replica;
    private final List<String> remarks = new ArrayList<>();
    /** Where rows lie that were written already. */
    private final Map<Item, String> places = new IdentityHashMap<>();

    UndoneScript(UndonePlan plan, LiveTables tables) {
        this.plan = plan;
        this.tables = tables;
        Set<TableRef> written = plan.written().stream()
                .map(each -> each.noted().table())
                .collect(Collectors.toCollection(TreeSet::new));
        Map<TableRef, List<String>> running = new HashMap<>();
        written.forEach(each -> running.put(each, tables.undoTriggers(each, false)));
        boolean any = running.values().stream().anyMatch(each -> !each.isEmpty());
        this.replica = any && tables.mayActAsReplica();
        for (TableRef table : written) {
            runs(table, tables.undoTriggers(table, true), "they are enabled ALWAYS");
            if (!replica) {
                runs(table, running.get(table), "database.user may not set session_replication_role");
            }
        }
    }

    private void runs(TableRef table, List<String> triggers, String why) {
        if (!triggers.isEmpty()) {
            remarks.add("triggers of " + table + " run for these rows (" + String.join(", ", triggers) + "): " + why);
        }
    }

    /** What a person should know. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    /**
     * @throws UnderstudyException {@code USAGE} where a trigger prevents it, or another row has by now what one row
     *     alone may have; the caller ends the transaction
     */
    void run(Session session) {
        write(session);
        keepOthersOut(session);
        // The database looks at deferrable constraints later, and of a replica not at all.
        for (Item each : plan.written()) {
            if (each.action() == Action.PUT_BACK) {
                tables.find(each.noted().table()).stream()
                        .flatMap(table -> table.unique().rules().stream())
                        .filter(rule -> session.number(rule.others(each.noted().table(), places.get(each))) > 0)
                        .findFirst()
                        .ifPresent(rule -> {
                            throw taken(each, rule.text() + " (" + rule.name() + ")");
                        });
            }
        }
    }

    /** What another transaction stores with such a value may not be seen yet, and the database has looked at it. */
    private void keepOthersOut(Session session) {
        Set<TableRef> unguarded = plan.written().stream()
                .filter(each -> replica && each.action() == Action.PUT_BACK)
                .map(each -> each.noted().table())
                .filter(each -> tables.find(each).orElseThrow().unique().rules().stream()
                        .anyMatch(UniqueRule::deferrable))
                .collect(Collectors.toCollection(TreeSet::new));
        if (!unguarded.isEmpty()) {
            session.execute(TableLocks.of(unguarded, "SHARE ROW EXCLUSIVE"));
        }
    }

    private void write(Session session) {
        session.execute("SET LOCAL search_path = \"$user\", public;"
                + (replica ? "SET LOCAL session_replication_role = replica" : "SET CONSTRAINTS ALL DEFERRED"));
        List<Item> all = plan.written();
        // Rows that refer to each other in a circle let go of each other first.
        all.stream()
                .filter(each ->
                        each.action() == Action.DELETE && !each.noted().later().isEmpty())
                .forEach(each -> update(
                        session,
                        each,
                        each.noted().later().stream()
                                .map(column -> Sql.identifier(column) + " = NULL")
                                .collect(Collectors.joining(", "))));
        for (Item each : all) {
            if (each.action() == Action.DELETE) {
                delete(session, each);
            } else {
                update(
                        session,
                        each,
                        each.columns().stream()
                                .map(column -> Sql.identifier(column) + " = " + before(each, column))
                                .collect(Collectors.joining(", ")));
            }
        }
    }

    private static String before(Item item, String column) {
        NotedRow noted = item.noted();
        return RestoreScript.literal(
                noted.before().orElseThrow().get(noted.columns().indexOf(column)));
    }

    private void update(Session session, Item item, String values) {
        List<String> place;
        try {
            place = session.query(
                    "UPDATE ONLY " + item.noted().table().qualified() + " SET " + values + where(item)
                            + " RETURNING ctid::text AS place",
                    row -> row.text("place"));
        } catch (UnderstudyException e) {
            throw DatabaseErrors.state(e).filter(UniqueRule.TAKEN::contains).isPresent()
                    ? taken(item, e.getMessage())
                    : e;
        }
        if (place.size() != 1) {
            throw prevented(item);
        }
        places.put(item, place.get(0));
    }

    private void delete(Session session, Item item) {
        long gone = session.update("DELETE FROM ONLY " + item.noted().table().qualified() + where(item));
        if (gone > 1) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot take " + item.noted().id() + " back: several rows have its key by now",
                    "give its table its primary key again, or delete the other rows first");
        }
        // Of rows that go together the database may have taken one along with another.
        if (gone != 1
                && session.number("SELECT count(*) FROM ONLY "
                                + item.noted().table().qualified() + where(item))
                        > 0) {
            throw prevented(item);
        }
    }

    private String where(Item item) {
        List<String> key = item.noted().key();
        // As it is written now: the database may have found it by another one.
        return " WHERE "
                + (item.noted().keyed()
                        ? LiveRows.condition(
                                key, List.of(item.row().orElseThrow().fields(key)))
                        : "ctid = '" + places.getOrDefault(item, item.place()) + "'");
    }

    private static UnderstudyException taken(Item item, String what) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot take " + item.noted().id() + " back: another row has by now what its old values have and one"
                        + " row alone may have: " + what,
                "change or delete that row first; a later restore-row that stored it is taken back first");
    }

    private static UnderstudyException prevented(Item item) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot take " + item.noted().id() + " back: a trigger or rule of its table keeps it as it is",
                "let the site do it, or let database.user set session_replication_role");
    }
}

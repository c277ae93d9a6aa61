package io.understudy.config;

import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * The settings that act on a PostgreSQL database and on no other. A site without one that sets them would rely on what
 * is never done, so each of them is a fault there.
 */
public final class PostgresqlOnly {
    private static final String ROWS = " of a PostgreSQL database, and this site has none: ";
    private static final String CHANGE =
            "with a preset databases[].protect and after_load change the restored copy before it"
                    + " becomes live, and commands of your own can do so at the end of databases[].restore";
    private static final String COMPARE = "let databases[].check, or service.health, look at the content";

    private PostgresqlOnly() {}

    /** Adds a fault for each of them that a site without PostgreSQL sets, with what to use in its place. */
    static void refuse(Values top) {
        refuse(top, "protect", "keeps rows" + ROWS + CHANGE);
        refuse(top, "closure", "asks for file names" + ROWS + "leave it out; trees are read after the dumps began");
        refuse(
                top.below("maintenance"),
                "query",
                "changes rows" + ROWS + CHANGE + ", or name a file: maintenance.path");
        Values history = top.below("history");
        refuse(
                history,
                "tables",
                "keeps revisions of rows" + ROWS + "leave it out; snapshots keep whole dumps, see retention");
        refuse(history, "links", "links tables" + ROWS + "leave it out");
        Values holds = top.below("holds");
        refuse(holds, "query", "is run in the copy" + ROWS + COMPARE);
        refuse(holds, "rows_drop", "compares tables" + ROWS + COMPARE);
    }

    private static void refuse(Values values, String key, String why) {
        values.section().child(key).filter(node -> !isEmpty(node)).ifPresent(node -> values.fault(key, why));
    }

    /** An empty list asks for nothing. */
    private static boolean isEmpty(Node node) {
        return node instanceof SequenceNode list && list.getValue().isEmpty();
    }

    /** Those that these settings use, as the file names them. */
    public static List<String> usedIn(Settings settings) {
        List<String> used = new ArrayList<>();
        RowChanges rows = settings.replica().changes().rows();
        HoldSettings holds = settings.replica().holds();
        add(used, "database.after_load", rows.afterLoad().isPresent());
        add(used, "protect", !rows.protect().isEmpty());
        add(used, "maintenance.query", rows.maintenance().isPresent());
        add(used, "history.tables", !settings.history().tables().isEmpty());
        add(used, "history.links", !settings.history().links().isEmpty());
        add(used, "closure", !settings.closure().isEmpty());
        add(used, "holds.query", !holds.queries().isEmpty());
        add(used, "holds.rows_drop", holds.drops().rows().isPresent());
        return used;
    }

    private static void add(List<String> used, String key, boolean is) {
        if (is) {
            used.add(key);
        }
    }
}

package io.understudy.history;

import io.understudy.config.NearestName;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.RestorePlan.Action;
import io.understudy.postgres.Sql;
import java.util.Collection;

/** What {@code restore-row} is not asked for. All throw {@code USAGE}. */
final class RestoreRowUsage {
    private RestoreRowUsage() {}

    /**
     * @param table null where none is named
     * @param others whether options are given that say what is restored
     */
    static void requireUndoAlone(String table, boolean others) {
        if (table != null || others) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot use --undo with "
                            + (table != null
                                    ? "a table and a key"
                                    : "--at, --with-dependents, --database, --apply or --include-erased")
                            + ": it takes back as a whole what --apply stored",
                    "restore-row --undo takes the last one back, restore-row --undo ID another one");
        }
    }

    /** @param table null where none is named; @param key as well */
    static void requireRow(String table, String key) {
        if (key == null) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore a row: " + (table == null ? "TABLE and KEY are" : "KEY is") + " missing",
                    "history --deleted TABLE shows which rows went; restore-row --undo takes the last --apply back");
        }
    }

    /** @param names of the databases of the server */
    static void requireNamed(String database, Collection<String> names) {
        if (!names.contains(database)) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore a row into database " + Sql.identifier(database)
                            + ": this server has none of that name",
                    NearestName.of(database, names)
                            .map(near -> "did you mean " + near + "?")
                            .orElse("restore ID --to database:NAME makes one"));
        }
    }

    static void requireDatabase(Settings settings, String what) {
        if (!settings.database().isThere()) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot " + what + ": this site has no database of PostgreSQL",
                    "dump ID --database NAME writes what a snapshot has of another one");
        }
    }

    /**
     * What belongs to a row that cannot come back does not come back without it.
     *
     * @throws UnderstudyException {@code USAGE} where that is so: success would look as if the row was back
     */
    static boolean isNothing(RowRestore.Work work, String name, String table, String key) {
        RestorePlan plan = work.plan();
        Member asked = plan.asked();
        if (!work.isNothing()) {
            return false;
        }
        if (plan.action(asked) == Action.CONFLICT) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore " + asked.id() + ": database " + Sql.identifier(name)
                            + " has it with other values of " + String.join(", ", asked.differing()),
                    "--replace overwrites them; history " + table + " " + key + " shows its versions");
        }
        if (plan.action(asked) == Action.LEFT_OUT) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore " + asked.id() + ": " + asked.obstacle().orElseThrow(),
                    "give way to it in database " + Sql.identifier(name) + ", or restore the other row first");
        }
        return true;
    }
}

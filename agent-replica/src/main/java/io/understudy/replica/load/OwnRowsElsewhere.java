package io.understudy.replica.load;

import io.understudy.config.RowChanges;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.repository.ErasedKeys;
import io.understudy.time.Ticker;

/** The rules of this standby for rows, in a database that never becomes live. */
public final class OwnRowsElsewhere {
    private OwnRowsElsewhere() {}

    /**
     * @param name of the database, whole and in use by no one
     * @throws UnderstudyException {@code LOAD_FAILED}, {@code CONFIG_INVALID}; nothing is changed then
     */
    public static void change(Database database, String name, RowChanges changes, Ticker ticker) {
        new OwnRows(database, name, changes, ticker).run(ErasedKeys.none(), (transaction, tables) -> {});
    }
}

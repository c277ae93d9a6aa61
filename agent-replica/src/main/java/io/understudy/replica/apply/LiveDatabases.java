package io.understudy.replica.apply;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.DatabaseData.TableData;
import java.util.List;
import java.util.Optional;

/** The databases that may carry the site's name. Identity decides, names only show. Not for concurrent use. */
public interface LiveDatabases {
    /** Which database carries which name now. */
    Arrangement look();

    /**
     * Which of these tables the live database lacks, or holds without any row though they had some; names for people.
     *
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_*}
     */
    List<String> lacking(List<TableData> tables);

    /**
     * Gives the names to the databases as {@code wanted} says, all in one transaction: a crash leaves the old arrangement or the new.
     * Sessions of the databases are ended and new ones wait for the moment it takes. Idempotent: what is already so is left alone.
     * Afterwards {@link #look} gives what was wanted, exactly.
     *
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_BUSY} when sessions keep coming back, {@code DATABASE_FOREIGN} when a name is
     *     carried by a database that {@code wanted} does not know, {@code DATABASE_FAILED} when one of {@code wanted} is gone; nothing has
     *     changed then
     */
    void arrange(Arrangement wanted);

    /** Drops the database, whatever its name. Idempotent. Refuses the live one with an IllegalStateException. */
    void discard(DatabaseIdentity database);

    /**
     * Renames a database that Understudy did not create to a name nobody else uses, for the operator to keep. Idempotent.
     * Refuses the live one with an IllegalStateException.
     *
     * @return its name afterwards
     */
    String setAside(DatabaseIdentity database);

    /**
     * @param live carries the site's name
     * @param spare the one beside it that is loaded
     * @param previous N-1
     */
    record Arrangement(
            Optional<DatabaseIdentity> live, Optional<DatabaseIdentity> spare, Optional<DatabaseIdentity> previous) {}
}

package io.understudy.replica.apply;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.repository.DatabaseData.TableData;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The databases that may carry the site's name. Identity decides, names only show. Not for concurrent use. */
public interface LiveDatabases {
    /** Does work, whose questions to the server share few sessions. */
    default <T> T during(Supplier<T> work) {
        return work.get();
    }

    /** Which database carries which name now. */
    Arrangement look();

    /** What carries the site's name; of a site that has no such database one that stands for none. */
    default Optional<DatabaseIdentity> own() {
        return look().live();
    }

    /** The name of this database, whatever it is; empty when there is none any more. */
    Optional<String> name(DatabaseIdentity database);

    /** As {@link #arrange(Arrangement, Set)}, with no database retired. */
    default void arrange(Arrangement wanted) {
        arrange(wanted, Set.of());
    }

    /**
     * Which of these tables the live database lacks, or holds without any row though they had some; names for people.
     *
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_*}
     */
    List<String> lacking(List<TableData> tables);

    /**
     * Gives the names to the databases as {@code wanted} says, all in one transaction: a crash leaves the old
     * arrangement or the new. Sessions of the databases are ended and new ones wait for the moment it takes.
     * Idempotent: what is already so is left alone. Afterwards {@link #look} gives what was wanted, exactly.
     *
     * @param retired databases that lose their names in the same transaction, each to a name of its own, by which
     *     {@link #retired()} finds it; those that are gone are left out
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_BUSY} when sessions keep coming back,
     *     {@code DATABASE_FOREIGN} when a name is carried by a database that {@code wanted} does not know,
     *     {@code DATABASE_FAILED} when one of {@code wanted} is gone; nothing has changed then
     */
    void arrange(Arrangement wanted, Set<DatabaseIdentity> retired);

    /**
     * The databases that were given up and wait to be dropped. Their names say so, and carry their OIDs: so they are
     * found also after the state of the agent was lost, and a database that an operator renamed to keep it, or a copy
     * of it, is not among them.
     */
    Set<DatabaseIdentity> retired();

    /** Drops the database, whatever its name. Idempotent. Refuses the live one with an IllegalStateException. */
    void discard(DatabaseIdentity database);

    /**
     * Renames a database that Understudy did not create to a name that is not in use, for the operator to keep.
     * Idempotent. Refuses the live one with an IllegalStateException.
     *
     * @return its name afterwards
     */
    String setAside(DatabaseIdentity database);

    /**
     * @param live carries the site's name
     * @param spare the loaded one next to it
     * @param previous N-1
     */
    record Arrangement(
            Optional<DatabaseIdentity> live, Optional<DatabaseIdentity> spare, Optional<DatabaseIdentity> previous) {}
}

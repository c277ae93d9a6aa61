package io.understudy.databases;

import io.understudy.config.OtherDatabase.Still;
import io.understudy.process.Command.Consumer;
import io.understudy.process.Command.Producer;
import java.util.List;
import java.util.Optional;

/**
 * A database that is no PostgreSQL server's. All but {@link #dump} and {@link #check} is for a standby. What changes
 * something is durable on return, and may be called again after a crash in the middle of it.
 */
public interface SiteDatabase {
    String name();

    /** What wrote a dump, and must read it: {@code command}, {@code mariadb}, {@code mysql} or {@code sqlite}. */
    String preset();

    /** Whether a standby can make it live; else a snapshot's content of it is only kept. */
    default boolean restorable() {
        return true;
    }

    /** How much of a dump is made while the site is stopped around a snapshot. */
    Still still();

    /**
     * Writes all of it, of one moment soon after the call, and returns when that was complete.
     *
     * @param to reads it as it comes
     * @param fixed runs, maybe several times, when what is written to the database from then on is not in the dump;
     *     where that is not known before the end it does not run
     * @throws io.understudy.failure.UnderstudyException {@code DUMP_FAILED}, {@code COMMAND_*}, {@code CANCELLED}, or
     *     what the consumer throws: what it read is of no use then
     */
    void dump(Consumer to, Runnable fixed);

    /**
     * Makes a database of a dump, next to the live one; one that an attempt left there is replaced.
     *
     * @throws io.understudy.failure.UnderstudyException {@code LOAD_FAILED}, {@code COMMAND_*}, {@code CANCELLED},
     *     {@code DATABASE_FOREIGN} when something is in the place that no attempt left
     */
    void restore(Place place, Producer dump);

    /**
     * What {@link #restore} changes by the rules of this standby, once a dump is restored, and which rows of what is
     * live now it brings.
     *
     * @return where it and {@link #keptRows} are equal, equal dumps are changed alike; empty: nothing is changed
     * @throws io.understudy.failure.UnderstudyException {@code CONFIG_INVALID}, {@code FILE_*} where the rules cannot
     *     be read, {@code LOAD_FAILED} where the rows cannot
     */
    default String changes() {
        return "";
    }

    /**
     * What is in the rows of what is live now that {@link #restore} brings.
     *
     * @return empty: it brings none
     * @throws io.understudy.failure.UnderstudyException {@code LOAD_FAILED} where they cannot be read
     */
    default String keptRows() {
        return "";
    }

    /**
     * Brings these rows once more into what {@link #restore} made of a dump while {@link #changes} were the same: it
     * becomes what a restore would make now. Where it fails, what is in the place is to be restored again.
     *
     * @return false where only a restore can do that: nothing was done
     * @throws io.understudy.failure.UnderstudyException as {@link #restore}
     */
    default boolean keepAgain(Place place) {
        return false;
    }

    /**
     * Makes what is in the place live, and keeps there what was live. Does nothing where that is done.
     *
     * @throws io.understudy.failure.UnderstudyException {@code DATABASE_FAILED}, {@code COMMAND_*}
     */
    void swap(Place place);

    /** Takes {@link #swap} back, also where it stopped half-way. */
    void undo(Place place);

    /** Removes what is in the place: what was restored and never became live, or what was live before. */
    void drop(Place place);

    /** Whether there is a live one, as far as that is seen at once. */
    default boolean isThere() {
        return true;
    }

    /**
     * What its content is: two that are equal say that nothing differs, whatever was done in between. Reads all of it.
     *
     * @param place of what was restored and is not live yet; empty: what is live
     * @return empty where that is not known
     * @throws io.understudy.failure.UnderstudyException where it cannot be read
     */
    default Optional<String> fingerprint(Optional<Place> place) {
        return Optional.empty();
    }

    /**
     * What of it will not work on this server, for people: what runs with the rights of accounts that are not there.
     *
     * @param place of what was restored and is not live yet; empty: what is live
     * @throws io.understudy.failure.UnderstudyException where it cannot be read
     */
    default List<String> warnings(Optional<Place> place) {
        return List.of();
    }

    /**
     * Whether it can be dumped.
     *
     * @return for people: what it is
     * @throws io.understudy.failure.UnderstudyException why not
     */
    String check();

    /**
     * Whether a standby can make it live.
     *
     * @return for people: what it is
     * @throws io.understudy.failure.UnderstudyException why not
     */
    default String checkStandby() {
        return check();
    }
}

package io.understudy.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A database of the site that is no PostgreSQL server's: commands write and read it.
 *
 * @param name in manifests and commands; unique, and not that of the PostgreSQL database
 * @param environment names of the agent's variables that its commands get, next to the usual ones
 * @param limit of each command's silence, 1 s to 7 d; default 6 h
 * @param access how it is read and written
 * @param still how much of its dump is made while the site is stopped around a snapshot; default that of its access
 * @param rows what a standby has otherwise; of a preset alone
 */
public record OtherDatabase(
        String name, List<String> environment, Duration limit, Access access, Still still, OtherRows rows) {
    public OtherDatabase {
        environment = List.copyOf(environment);
    }

    /** With the default of its access, and as the primary has it. */
    public OtherDatabase(String name, List<String> environment, Duration limit, Access access) {
        this(name, environment, limit, access, OtherRows.NONE);
    }

    /** With the default of its access. */
    public OtherDatabase(String name, List<String> environment, Duration limit, Access access, OtherRows rows) {
        this(name, environment, limit, access, usual(access), rows);
    }

    /** What of a dump is made while the site is stopped around a snapshot. */
    public enum Still {
        /** Until what the site writes from then on is not in the dump. */
        BEGIN,
        /** All of it, for its moment is not known. */
        WHOLE,
        /** Nothing: it is made before. */
        NONE
    }

    /** The programs of a preset read one moment, which is soon after their start. */
    static Still usual(Access access) {
        return access instanceof Commands ? Still.WHOLE : Still.BEGIN;
    }

    /** {@code command}, {@code mariadb}, {@code mysql} or {@code sqlite}: what wrote a dump, and has to read it. */
    public String preset() {
        if (access instanceof Schema schema) {
            return schema.server().preset();
        }
        return access instanceof Sqlite ? "sqlite" : "command";
    }

    /** How a database is read and written. */
    public sealed interface Access permits Commands, Schema, Sqlite {}

    /**
     * Commands of the operator's, as argument lists, run without a shell.
     *
     * @param dump writes all of it to standard output
     * @param ending what the last line of a whole dump begins with; empty: that is not known
     * @param restore makes a second database next to the live one, of what comes on standard input
     * @param swap makes the second one live, and keeps the live one
     * @param undo takes that back
     * @param drop removes what {@code restore} made, or {@code swap} kept
     * @param fingerprint writes what depends on the content, of the live one or of that in a place; empty: none
     * @param check whether all of it can be done; empty: it is not asked
     */
    public record Commands(
            List<String> dump,
            Optional<String> ending,
            List<String> restore,
            List<String> swap,
            List<String> undo,
            List<String> drop,
            List<String> fingerprint,
            List<String> check)
            implements Access {
        public Commands {
            dump = List.copyOf(dump);
            restore = List.copyOf(restore);
            swap = List.copyOf(swap);
            undo = List.copyOf(undo);
            drop = List.copyOf(drop);
            fingerprint = List.copyOf(fingerprint);
            check = List.copyOf(check);
        }

        /** Whether a standby can do anything with it but keep it. */
        public boolean restorable() {
            return !restore.isEmpty();
        }
    }

    /** Whose programs read and write a schema. */
    public enum Server {
        MARIADB("MariaDB", "mariadb"),
        MYSQL("MySQL", "mysql");

        private final String product;
        private final String preset;

        Server(String product, String preset) {
            this.product = product;
            this.preset = preset;
        }

        /** Its name, for people. */
        public String product() {
            return product;
        }

        public String preset() {
            return preset;
        }
    }

    /**
     * A schema (a "database") of a MariaDB or MySQL server.
     *
     * @param name of the schema
     * @param options file with the login, read by the server's own programs; empty: their usual files
     * @param tools folder of these programs; empty: PATH
     */
    public record Schema(Server server, String name, Optional<Path> options, Optional<Path> tools) implements Access {}

    /**
     * A file of SQLite.
     *
     * @param file the database
     * @param tools folder of {@code sqlite3}; empty: PATH
     */
    public record Sqlite(Path file, Optional<Path> tools) implements Access {}
}

package io.understudy.crash;

import io.understudy.rehearsal.Folders;
import io.understudy.testing.PostgresServer;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** The data of a small site. Every version differs from the one before in every kind of thing that a snapshot holds. */
final class SiteContent {
    private static final String ROWS = """
            SELECT concat_ws('; ',
                (SELECT n FROM version),
                (SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM notes t),
                (SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM marks t),
                (SELECT md5(string_agg(convert_from(lo_get(oid), 'UTF8'), ',' ORDER BY oid)) FROM pg_largeobject_metadata),
                (SELECT last_value FROM notes_id_seq),
                (SELECT md5(string_agg(indexdef, ',' ORDER BY indexname)) FROM pg_indexes WHERE schemaname = 'public'),
                (SELECT md5(string_agg(pg_get_constraintdef(oid), ',' ORDER BY conname)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
                (SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace))
            """;

    /** What a command dumps and another restores. */
    private static final String OTHER = "site/other.txt";

    private final Path home;
    private final PostgresServer postgres;
    private final String database;

    SiteContent(Path home, PostgresServer postgres, String database) {
        this.home = home;
        this.postgres = postgres;
        this.database = database;
    }

    String database() {
        return database;
    }

    /** A database with a primary key, an index, a foreign key, a sequence and a large object; trees. */
    void create() {
        postgres.psql("postgres", "CREATE DATABASE " + database + " OWNER " + Host.ROLE);
        execute(
                "CREATE TABLE version (n int NOT NULL)",
                "INSERT INTO version VALUES (0)",
                "CREATE TABLE notes (id bigserial PRIMARY KEY, text text NOT NULL, at timestamptz DEFAULT now())",
                "CREATE INDEX notes_text ON notes (text)",
                "CREATE TABLE marks (id bigserial PRIMARY KEY, note bigint NOT NULL REFERENCES notes)",
                "INSERT INTO notes (text) SELECT md5(g::text) FROM generate_series(1, 500) g",
                "CREATE TABLE visits (text text PRIMARY KEY)",
                "SELECT lo_from_bytea(0, 'version 0')");
        // One that never changes, in a pack with others that always do: such packs are packed again.
        Folders.write(home.resolve("site/media/folder/constant.txt"), "always the same\n");
        Folders.create(home.resolve("site/security"));
        restrict(home.resolve("site/security"));
        write(0);
    }

    /**
     * Turns the site into this version.
     *
     * @param schema whether the schema changes too: then no import is made by differences
     */
    void become(int version, boolean schema) {
        execute(
                "UPDATE version SET n = " + version,
                "INSERT INTO notes (text) SELECT 'note ' || " + version + " || ' ' || g FROM generate_series(1, 20) g",
                "INSERT INTO marks (note) SELECT max(id) FROM notes",
                "DELETE FROM notes WHERE id IN (SELECT min(id) FROM notes)",
                "SELECT lo_put(oid, 0, convert_to('version " + version + "', 'UTF8')) FROM pg_largeobject_metadata");
        if (schema) {
            execute("CREATE TABLE since_" + version + " (a int)", "DROP TABLE IF EXISTS since_" + (version - 1));
        }
        write(version);
    }

    /** The site's configuration as one with which it does not become healthy. */
    void breakConfiguration() {
        Folders.write(home.resolve("site/priv/config.d/site.conf"), "broken\n");
    }

    private void write(int version) {
        Folders.write(home.resolve("site/priv/config.d/site.conf"), "version=" + version + "\n");
        Folders.write(home.resolve(OTHER), "other of version " + version + "\n");
        Folders.write(home.resolve("site/priv/config.d/" + version + ".conf"), "of version " + version + "\n");
        Folders.writeSecret(home.resolve("site/security/session.key"), "key " + version + "\n");
        for (int i = 0; i < 4; i++) {
            Folders.write(home.resolve("site/media/folder/file-" + i + ".txt"), "file " + i + " of " + version + "\n");
        }
        Folders.write(home.resolve("site/media/new-" + version + ".txt"), "came with " + version + "\n");
        Folders.write(home.resolve("site/media/large.bin"), large(version));
        delete("site/media/new-" + (version - 1) + ".txt");
        delete("site/priv/config.d/" + (version - 1) + ".conf");
    }

    /** As the standby will have it, whatever it is here. */
    private static void restrict(Path folder) {
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String large(int version) {
        byte[] bytes = new byte[600_000];
        new Random(version).nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private void delete(String file) {
        try {
            Files.deleteIfExists(home.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All rows, sequences, indexes and constraints of the database that carries the site's name. */
    String rows() {
        return rowsOf(database);
    }

    /** The same of a database of this name. */
    String rowsOf(String name) {
        try (Connection connection = postgres.connect(name);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(ROWS)) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new AssertionError(name + " is no whole database of the site", e);
        }
    }

    /** A write of a visitor; versions differ in nothing of it. Returns when it is committed. */
    void visit(String text) {
        execute("INSERT INTO visits VALUES ('" + text + "')");
    }

    /** The rows of a table, in no order. */
    List<String> rowsIn(String table) {
        return postgres.psql(database, "COPY " + table + " TO STDOUT;")
                .lines()
                .sorted()
                .toList();
    }

    /** Names, attributes and contents of all files, by tree, and the database that commands read and write. */
    List<List<String>> files() {
        List<List<String>> trees = new ArrayList<>();
        for (String tree : List.of("site/media", "site/priv/config.d", "site/security")) {
            trees.add(TreePrint.of(home.resolve(tree)));
        }
        trees.add(List.of(other()));
        return trees;
    }

    private String other() {
        try {
            return Files.readString(home.resolve(OTHER));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of this site's databases that exist on the server. */
    List<String> databases() {
        return postgres.psql(
                        "postgres",
                        "SELECT datname FROM pg_database WHERE datname LIKE '" + database + "%' ORDER BY 1;")
                .lines()
                .toList();
    }

    /** The number of the database that carries the site's name: another one that is put in its place has another. */
    String identity() {
        return postgres.psql("postgres", "SELECT oid FROM pg_database WHERE datname = '" + database + "';")
                .strip();
    }

    private void execute(String... statements) {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + database, Host.ROLE, Host.PASSWORD);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String each : statements) {
                statement.execute(each);
            }
            connection.commit();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}

package io.understudy.databases;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Schema;
import io.understudy.config.OtherDatabase.Server;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.CommandRunner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** A MariaDB or MySQL server as its own programs reach it: statements, and what is asked of a schema. */
final class SchemaClient {
    /** What the last line of a whole dump begins with. */
    static final String DONE = "-- Dump completed";

    /** The site may be stopped: who holds a lock for longer is an error. In seconds. */
    static final String PATIENCE = "SET SESSION lock_wait_timeout = 60;\n";

    private final Schema schema;
    private final Dialect dialect;
    private final Programs programs;

    SchemaClient(OtherDatabase settings, Schema schema, CommandRunner runner) {
        this.schema = schema;
        this.dialect = Dialect.of(schema.server());
        this.programs = new Programs(settings.name(), runner, settings.environment(), settings.limit());
    }

    Programs programs() {
        return programs;
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} where the server or its programs are others */
    String version() {
        String version = dialect.requireServer(askServer());
        dialect.requireDumper(() -> versionOf(dialect.dumper()));
        return version;
    }

    private List<String> askServer() {
        try {
            return query(ServerVersion.QUERY);
        } catch (UnderstudyException e) {
            Server other = schema.server() == Server.MARIADB ? Server.MYSQL : Server.MARIADB;
            if (e.code() != ErrorCode.COMMAND_FAILED || !hasProgramsOf(other)) {
                throw e;
            }
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    e.getMessage() + "; " + other.product() + "'s is there (did you mean preset " + other.preset()
                            + "?)",
                    "set databases[].preset: " + other.preset() + ", or install the client programs of "
                            + schema.server().product(),
                    e);
        }
    }

    /** MariaDB's have MySQL's names, too. */
    private boolean hasProgramsOf(Server other) {
        try {
            return ServerVersion.namesMariadb(versionOf(Dialect.of(other).client())) == (other == Server.MARIADB);
        } catch (UnderstudyException e) {
            return false;
        }
    }

    private String versionOf(String program) {
        return programs.read(
                "ask the version of a program for",
                ErrorCode.DATABASE_FAILED,
                List.of(Programs.program(schema.tools(), program), "--version"),
                "",
                Optional.empty());
    }

    Dialect dialect() {
        return dialect;
    }

    List<String> tables(String schema) {
        return named("<> 'VIEW'", schema);
    }

    List<String> views(String schema) {
        return named("= 'VIEW'", schema);
    }

    List<String> sequences(String schema) {
        return named("= 'SEQUENCE'", schema);
    }

    /** Tables of MariaDB that keep earlier versions of their rows. */
    List<String> versioned(String schema) {
        return named("= 'SYSTEM VERSIONED'", schema);
    }

    private List<String> named(String type, String schema) {
        return query("SELECT HEX(table_name) FROM information_schema.tables WHERE table_type " + type
                        + " AND table_schema = " + literal(schema) + " ORDER BY table_name")
                .stream()
                .map(SchemaClient::text)
                .toList();
    }

    /** Tables of other schemas with foreign keys into this one, as {@code schema.table}, where they can be seen. */
    List<String> referring(String schema) {
        return query("SELECT DISTINCT CONCAT(HEX(constraint_schema), ' ', HEX(table_name))"
                        + " FROM information_schema.referential_constraints WHERE unique_constraint_schema = "
                        + literal(schema) + " AND constraint_schema <> unique_constraint_schema")
                .stream()
                .map(line -> line.split(" "))
                .map(parts -> text(parts[0]) + "." + text(parts[1]))
                .sorted()
                .toList();
    }

    boolean isThere(String schema) {
        return !query("SELECT 1 FROM information_schema.schemata WHERE schema_name = " + literal(schema))
                .isEmpty();
    }

    /** The lines of the answer. */
    List<String> query(String query) {
        return sql(query).lines().toList();
    }

    String sql(String statements) {
        return programs.read(
                "work on",
                ErrorCode.DATABASE_FAILED,
                client(List.of()),
                PATIENCE + statements + ";\n",
                Optional.empty());
    }

    /** In one statement: the server does all of it or nothing. */
    void rename(List<String> renames) {
        if (!renames.isEmpty()) {
            sql("RENAME TABLE " + String.join(", ", renames));
        }
    }

    /** Each of the tables from one schema to another, for {@link #rename}; a list of its own. */
    static List<String> renames(List<String> tables, String from, String to) {
        List<String> renames = new ArrayList<>();
        tables.forEach(
                table -> renames.add(quoted(from) + "." + quoted(table) + " TO " + quoted(to) + "." + quoted(table)));
        return renames;
    }

    /** Runs a script in a schema. @param what it does, for people */
    void run(String what, String schema, String script) {
        programs.run(what, ErrorCode.DATABASE_FAILED, client(List.of(schema)), PATIENCE + script);
    }

    /** The arguments of the client. */
    List<String> client(List<String> more) {
        return arguments(
                dialect.client(),
                List.of("--batch", "--skip-column-names", "--max-allowed-packet=1G", "--default-character-set=utf8mb4"),
                dialect.clientOptions(),
                more);
    }

    /** The same rows give the same bytes. */
    List<String> dumper(List<String> more) {
        return arguments(
                dialect.dumper(),
                List.of("--skip-dump-date", "--max-allowed-packet=1G", "--default-character-set=utf8mb4"),
                dialect.dumperOptions(),
                more);
    }

    private List<String> arguments(String program, List<String> usual, List<String> own, List<String> more) {
        List<String> all = new ArrayList<>(List.of(Programs.program(schema.tools(), program)));
        schema.options().ifPresent(file -> all.add("--defaults-extra-file=" + file));
        all.addAll(usual);
        all.addAll(own);
        all.addAll(more);
        return all;
    }

    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    static String literal(String name) {
        return "'" + name.replace("'", "''") + "'";
    }

    static String text(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }

    /** As {@code HEX} of the server writes it. */
    static String hex(String text) {
        return HexFormat.of().withUpperCase().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}

package io.understudy.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A small database with every kind of object that PostgreSQL has, and the values that copies get wrong. */
public final class EveryKindOfObject {
    /** Roles that its objects name. */
    public static final List<String> ROLES = List.of("fixture \"odd\" reader's", "fixture_owner", "fixture_writer");

    private EveryKindOfObject() {}

    /** Creates the roles on a server that is to receive a copy; idempotent. */
    public static void createRoles(PostgresServer server) {
        server.psql("postgres", script("roles"));
    }

    /** Creates such a database. @return its name */
    public static String create(PostgresServer server) {
        createRoles(server);
        String database = server.createDatabase("every kind of \"object\"");
        String name = "\\set database " + PostgresServer.literal(database) + "\n";
        for (String part : List.of("types", "tables", "logic")) {
            server.psql(database, name + script(part));
        }
        return database;
    }

    private static String script(String part) {
        try (InputStream script = EveryKindOfObject.class.getResourceAsStream("fixture-" + part + ".sql")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

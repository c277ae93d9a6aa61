package io.understudy.databases;

import io.understudy.failure.ErrorCode;
import io.understudy.files.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What of a schema cannot be renamed into another: views, triggers, routines and events. */
final class SchemaObjects {
    private final SchemaClient client;

    SchemaObjects(SchemaClient client) {
        this.client = client;
    }

    /** A script that makes routines, triggers, events and views again: no view before a function that it uses. */
    String script(String schema) {
        String code = dumped(List.of(
                "--no-data", "--no-create-info", "--skip-opt", "--routines", "--triggers", "--events", "--", schema));
        List<String> views = client.views(schema);
        if (views.isEmpty()) {
            return code;
        }
        List<String> arguments =
                new ArrayList<>(List.of("--no-data", "--skip-triggers", "--skip-lock-tables", "--", schema));
        arguments.addAll(views);
        return code + "\n" + dumped(arguments);
    }

    private String dumped(List<String> arguments) {
        return DumpedSchema.without(client.programs()
                .read(
                        "read the views, triggers and routines of",
                        ErrorCode.DATABASE_FAILED,
                        client.dumper(arguments),
                        "",
                        Optional.of(SchemaClient.DONE)));
    }

    /** One that is gone by then, as an event whose time is over, is no error, nor is what went with a package. */
    void drop(String schema) {
        String of = " = " + SchemaClient.literal(schema);
        List<String> drops = new ArrayList<>();
        client.query(
                        "SELECT CONCAT('TRIGGER ', HEX(trigger_name)) FROM information_schema.triggers WHERE trigger_schema"
                                + of
                                + " UNION ALL SELECT CONCAT('VIEW ', HEX(table_name)) FROM information_schema.views"
                                + " WHERE table_schema" + of
                                + " UNION ALL SELECT CONCAT(routine_type, ' ', HEX(routine_name))"
                                + " FROM information_schema.routines WHERE routine_schema" + of
                                + " UNION ALL SELECT CONCAT('EVENT ', HEX(event_name)) FROM information_schema.events"
                                + " WHERE event_schema" + of
                                + libraries(of))
                .forEach(line -> {
                    int space = line.lastIndexOf(' ');
                    String kind = line.substring(0, space);
                    drops.add(mode(kind) + "DROP " + kind + " IF EXISTS " + object(schema, line.substring(space + 1)));
                });
        if (!drops.isEmpty()) {
            client.sql(String.join("; ", drops));
        }
    }

    /** Before a statement on a package: older servers of MariaDB know the word in this mode alone. */
    static String mode(String kind) {
        return kind.startsWith("PACKAGE") ? "SET SESSION sql_mode = 'ORACLE'; " : "";
    }

    /** Code that routines use, which newer servers of MySQL have. It is dropped behind them. */
    private String libraries(String of) {
        String view = client.dialect().libraries();
        boolean any = !view.isEmpty()
                && !client.query("SELECT 1 FROM information_schema.tables WHERE table_schema = 'information_schema'"
                                + " AND table_name = " + SchemaClient.literal(view))
                        .isEmpty();
        return any
                ? " UNION ALL SELECT CONCAT('LIBRARY ', HEX(library_name)) FROM information_schema." + view
                        + " WHERE library_schema" + of
                : "";
    }

    private static String object(String schema, String hex) {
        return SchemaClient.quoted(schema) + "." + SchemaClient.quoted(SchemaClient.text(hex));
    }

    /** Makes those of a script in a schema. */
    void make(String schema, Path script) {
        client.run("make the views, triggers and routines of", schema, text(script));
    }

    static String text(Path script) {
        try {
            return Files.readString(script);
        } catch (IOException e) {
            throw FileFailure.of("read", script, e);
        }
    }
}

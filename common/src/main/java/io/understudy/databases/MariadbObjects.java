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
final class MariadbObjects {
    private final MariadbClient client;

    MariadbObjects(MariadbClient client) {
        this.client = client;
    }

    /** A script that makes views, triggers, routines and events again. */
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
        return dumped(arguments) + "\n" + code;
    }

    private String dumped(List<String> arguments) {
        return DumpedSchema.without(client.programs()
                .read(
                        "read the views, triggers and routines of",
                        ErrorCode.DATABASE_FAILED,
                        client.dumper(arguments),
                        "",
                        Optional.of(MariadbClient.DONE)));
    }

    void drop(String schema) {
        String of = " = " + MariadbClient.literal(schema);
        List<String> drops = new ArrayList<>();
        client.query(
                        "SELECT CONCAT('TRIGGER ', HEX(trigger_name)) FROM information_schema.triggers WHERE trigger_schema"
                                + of
                                + " UNION ALL SELECT CONCAT('VIEW ', HEX(table_name)) FROM information_schema.views"
                                + " WHERE table_schema" + of
                                + " UNION ALL SELECT CONCAT(routine_type, ' ', HEX(routine_name))"
                                + " FROM information_schema.routines WHERE routine_schema" + of
                                + " UNION ALL SELECT CONCAT('EVENT ', HEX(event_name)) FROM information_schema.events"
                                + " WHERE event_schema" + of)
                .forEach(line -> {
                    int space = line.lastIndexOf(' ');
                    drops.add("DROP " + line.substring(0, space) + " " + object(schema, line.substring(space + 1)));
                });
        if (!drops.isEmpty()) {
            client.sql(String.join("; ", drops));
        }
    }

    private static String object(String schema, String hex) {
        return MariadbClient.quoted(schema) + "." + MariadbClient.quoted(MariadbClient.text(hex));
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

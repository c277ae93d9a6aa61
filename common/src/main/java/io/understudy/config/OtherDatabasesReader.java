package io.understudy.config;

import io.understudy.config.OtherDatabase.Access;
import io.understudy.config.OtherDatabase.Commands;
import io.understudy.config.OtherDatabase.Schema;
import io.understudy.config.OtherDatabase.Server;
import io.understudy.config.OtherDatabase.Sqlite;
import io.understudy.config.OtherDatabase.Still;
import io.understudy.config.OtherRows.Rule;
import io.understudy.config.Settings.DatabaseSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code databases}: those next to the PostgreSQL database, or in its place. */
final class OtherDatabasesReader {
    /** The name of a place next to it is longer by up to 30. */
    private static final Pattern SCHEMA = Pattern.compile("[A-Za-z0-9_$-]{1,34}");

    private static final List<Setting> OF_SCHEMA = List.of(
            Setting.DATABASES_SCHEMA, Setting.DATABASES_OPTIONS, Setting.DATABASES_TOOLS, Setting.DATABASES_AFTER_LOAD);

    private static final Map<String, List<Setting>> OF_PRESET = Map.of(
            "none",
            List.of(
                    Setting.DATABASES_DUMP,
                    Setting.DATABASES_ENDING,
                    Setting.DATABASES_RESTORE,
                    Setting.DATABASES_SWAP,
                    Setting.DATABASES_UNDO,
                    Setting.DATABASES_DROP,
                    Setting.DATABASES_FINGERPRINT,
                    Setting.DATABASES_CHECK),
            Server.MARIADB.preset(),
            OF_SCHEMA,
            Server.MYSQL.preset(),
            OF_SCHEMA,
            "sqlite",
            List.of(Setting.DATABASES_PATH, Setting.DATABASES_TOOLS, Setting.DATABASES_AFTER_LOAD));

    private static final String OWN_RESTORE = "change the copy at the end of databases[].restore";
    private static final Map<Setting, String> WITHOUT_PRESET =
            Map.of(Setting.DATABASES_AFTER_LOAD, "needs a preset: with commands of your own, " + OWN_RESTORE);

    /** Of a site without PostgreSQL. */
    static final DatabaseSettings NO_POSTGRESQL = new DatabaseSettings(
            "",
            0,
            "",
            Map.of(),
            "",
            Secret.none(),
            "",
            Optional.empty(),
            4,
            Settings.Ownership.PRESERVE,
            Duration.ofSeconds(60));

    private final List<Values> items;
    private final Set<String> names = new HashSet<>();

    /** @param taken name of the PostgreSQL database; empty: there is none */
    OtherDatabasesReader(Values top, String taken) {
        this.items = top.each("databases");
        this.names.add(taken);
    }

    List<OtherDatabase> read() {
        List<OtherDatabase> all = new ArrayList<>();
        for (Values values : items) {
            values.section().allowOnly(Setting.keysOf("databases[]"));
            all.add(database(values));
        }
        return all;
    }

    private OtherDatabase database(Values values) {
        String name = values.name(Setting.DATABASES_NAME);
        if (!name.isEmpty() && !names.add(name)) {
            values.fault(Setting.DATABASES_NAME, "is taken by another database: " + name);
        }
        values.choice(Setting.DATABASES_KIND);
        String preset = values.choice(Setting.DATABASES_PRESET);
        foreignKeys(values, preset);
        Access access = access(values, preset);
        return new OtherDatabase(
                name,
                values.list(Setting.DATABASES_ENVIRONMENT),
                values.duration(Setting.DATABASES_LIMIT),
                access,
                still(values.choice(Setting.DATABASES_QUIESCE), access),
                new OtherRows(values.optionalPath(Setting.DATABASES_AFTER_LOAD), protect(values, preset)));
    }

    private static Still still(String choice, Access access) {
        return switch (choice) {
            case "begin" -> Still.BEGIN;
            case "whole" -> Still.WHOLE;
            case "none" -> Still.NONE;
            default -> OtherDatabase.usual(access);
        };
    }

    private static List<Rule> protect(Values values, String preset) {
        List<Rule> all = new ArrayList<>();
        for (Values each : values.each("protect")) {
            each.section().allowOnly(Setting.keysOf("databases[].protect[]"));
            Rule rule = new Rule(
                    each.text(Setting.DATABASES_PROTECT_TABLE),
                    each.text(Setting.DATABASES_PROTECT_WHERE).strip());
            if (rule.table().matches(".*[.`\"'].*")) {
                each.fault(
                        Setting.DATABASES_PROTECT_TABLE,
                        "must be the name of a table alone, without quotes: " + rule.table());
            }
            if (all.stream().anyMatch(other -> other.table().equalsIgnoreCase(rule.table()))) {
                each.fault(
                        Setting.DATABASES_PROTECT_TABLE,
                        "is there twice: " + rule.table() + "; join both conditions with OR");
            }
            if (rule.where().isEmpty()
                    && !each.text(Setting.DATABASES_PROTECT_WHERE).isEmpty()) {
                each.fault(Setting.DATABASES_PROTECT_WHERE, "must be a condition");
            }
            if (rule.where().contains(";")) {
                each.fault(Setting.DATABASES_PROTECT_WHERE, "must be one condition, without a semicolon");
            }
            all.add(rule);
        }
        if (preset.equals("none") && !all.isEmpty()) {
            values.fault("protect", "needs a preset: with commands of your own, " + OWN_RESTORE);
        }
        return all;
    }

    private static void foreignKeys(Values values, String preset) {
        List<Setting> own = OF_PRESET.get(preset);
        OF_PRESET.values().stream()
                .flatMap(List::stream)
                .distinct()
                .filter(setting -> !own.contains(setting)
                        && values.section().child(setting.key()).isPresent())
                .forEach(setting -> values.fault(
                        setting,
                        preset.equals("none")
                                ? WITHOUT_PRESET.getOrDefault(setting, "needs a preset")
                                : "has no meaning with the preset " + preset + ", which has its own commands"));
    }

    private static Access access(Values values, String preset) {
        return switch (preset) {
            case "mariadb" -> schema(values, Server.MARIADB);
            case "mysql" -> schema(values, Server.MYSQL);
            case "sqlite" -> {
                if (values.optionalText(Setting.DATABASES_PATH).isEmpty()) {
                    values.fault(Setting.DATABASES_PATH, "is missing: the file of the database");
                }
                yield new Sqlite(values.path(Setting.DATABASES_PATH), values.optionalPath(Setting.DATABASES_TOOLS));
            }
            default -> commands(values);
        };
    }

    private static Schema schema(Values values, Server server) {
        String schema = values.text(Setting.DATABASES_SCHEMA);
        if (schema.isEmpty()) {
            values.fault(Setting.DATABASES_SCHEMA, "is missing: the database on the " + server.product() + " server");
        } else if (!SCHEMA.matcher(schema).matches()) {
            values.fault(Setting.DATABASES_SCHEMA, "must be up to 34 of A-Z, a-z, 0-9, _, $ and -: " + schema);
        }
        return new Schema(
                server,
                schema,
                values.optionalPath(Setting.DATABASES_OPTIONS),
                values.optionalPath(Setting.DATABASES_TOOLS));
    }

    private static Commands commands(Values values) {
        Commands commands = new Commands(
                values.list(Setting.DATABASES_DUMP),
                Optional.of(values.text(Setting.DATABASES_ENDING)).filter(text -> !text.isEmpty()),
                values.list(Setting.DATABASES_RESTORE),
                values.list(Setting.DATABASES_SWAP),
                values.list(Setting.DATABASES_UNDO),
                values.list(Setting.DATABASES_DROP),
                values.list(Setting.DATABASES_FINGERPRINT),
                values.list(Setting.DATABASES_CHECK));
        if (commands.dump().isEmpty()) {
            values.fault(Setting.DATABASES_DUMP, "is missing: the command that writes it to standard output");
        }
        Map<Setting, List<String>> together = Map.of(
                Setting.DATABASES_RESTORE, commands.restore(),
                Setting.DATABASES_SWAP, commands.swap(),
                Setting.DATABASES_UNDO, commands.undo(),
                Setting.DATABASES_DROP, commands.drop());
        if (together.values().stream().anyMatch(command -> !command.isEmpty())) {
            together.forEach((setting, command) -> {
                if (command.isEmpty()) {
                    values.fault(setting, "is missing: restore, swap, undo and drop are set together, or none of them");
                }
            });
        }
        return commands;
    }
}

package io.understudy.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes a configuration value that {@code pg_db_role_setting} keeps as the right side of {@code ALTER … SET name TO}.
 * Most values are one string. Those that PostgreSQL flags {@code GUC_LIST_QUOTE} are kept as a list whose entries are
 * quoted already, like {@code "$user", public}: written as one string they would become the name of a single schema, so
 * each entry becomes a string of its own.
 *
 * <p>Source: {@code variable_is_guc_list_quote} and {@code makeAlterConfigCommand} of pg_dump.
 */
public final class ConfigurationValue {
    private static final Set<String> LISTS = Set.of(
            "local_preload_libraries",
            "search_path",
            "session_preload_libraries",
            "shared_preload_libraries",
            "temp_tablespaces",
            "unix_socket_directories");

    private ConfigurationValue() {}

    /** {@code 'on'}, or for a list {@code '$user', 'public'}. */
    public static String sql(String name, String value) {
        if (!LISTS.contains(name.toLowerCase(Locale.ROOT))) {
            return Sql.literal(value);
        }
        return entries(value).stream().map(Sql::literal).collect(Collectors.joining(", "));
    }

    /** An empty list is one empty string, as PostgreSQL reads it. */
    private static List<String> entries(String value) {
        List<String> entries = new ArrayList<>();
        StringBuilder entry = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' && quoted && i + 1 < value.length() && value.charAt(i + 1) == '"') {
                entry.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                entries.add(entry.toString());
                entry.setLength(0);
            } else if (quoted || c != ' ') {
                entry.append(c);
            }
        }
        entries.add(entry.toString());
        return entries;
    }
}

package io.understudy.dump;

import io.understudy.postgres.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A foreign key, as pg_dump writes its definition.
 *
 * @param from qualified name of the table that has it
 * @param columns of that table, as SQL writes them without quotes
 * @param to qualified name of the table that it refers to
 * @param referenced columns of that
 * @param nulled columns that become null when the row that they refer to is deleted; empty: the row goes with it
 */
record ForeignKey(String from, List<String> columns, String to, List<String> referenced, List<String> nulled) {
    private static final String NAME = "(\"(?:[^\"]|\"\")*+\"|[^\\s\",().]+)";
    private static final String LIST = "\\(((?:\"(?:[^\"]|\"\")*+\"|[^\"()])*+)\\)";
    private static final Pattern DEFINITION = Pattern.compile(
            "\\s*ALTER TABLE (?:ONLY )?" + NAME + "\\." + NAME
                    + "\\s+ADD CONSTRAINT " + NAME + " FOREIGN KEY " + LIST + " REFERENCES " + NAME + "\\." + NAME
                    + LIST
                    + "(.*)",
            Pattern.DOTALL);
    private static final Pattern SET_NULL = Pattern.compile("ON DELETE SET NULL(?: " + LIST + ")?");
    private static final Pattern EACH = Pattern.compile(NAME);

    ForeignKey {
        columns = List.copyOf(columns);
        referenced = List.copyOf(referenced);
        nulled = List.copyOf(nulled);
    }

    /** Empty where it is none that is understood: of periods, for example. */
    static Optional<ForeignKey> parse(String definition) {
        Matcher matcher = DEFINITION.matcher(definition);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        List<String> columns = names(matcher.group(4));
        List<String> referenced = names(matcher.group(7));
        Matcher action = SET_NULL.matcher(matcher.group(8));
        boolean nulls = action.find();
        List<String> nulled = !nulls ? List.of() : action.group(1) == null ? columns : names(action.group(1));
        return columns.size() != referenced.size()
                ? Optional.empty()
                : Optional.of(new ForeignKey(
                        Sql.qualified(name(matcher.group(1)), name(matcher.group(2))),
                        columns,
                        Sql.qualified(name(matcher.group(5)), name(matcher.group(6))),
                        referenced,
                        nulled));
    }

    private static List<String> names(String list) {
        List<String> names = new ArrayList<>();
        Matcher each = EACH.matcher(list);
        while (each.find()) {
            names.add(name(each.group(1)));
        }
        return names;
    }

    private static String name(String text) {
        return text.startsWith("\"") ? text.substring(1, text.length() - 1).replace("\"\"", "\"") : text;
    }
}

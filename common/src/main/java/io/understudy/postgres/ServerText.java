package io.understudy.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.util.ServerErrorMessage;

/**
 * What a PostgreSQL server says of a failure, without the site's rows: messages go to logs, metrics and other servers.
 * Names of tables, columns, constraints and functions stay. A row is quoted by details ({@code Failing row contains
 * (…)}, {@code Key (email)=(…) already exists}), by contexts ({@code COPY person, line 3: "…"}, an SQL statement of a
 * function), by messages about values ({@code invalid input syntax for type integer: "…"}), and by whatever a function
 * of the site raises.
 *
 * <p>Source: "Error Message Style Guide" in PostgreSQL's documentation: names and values are in double quotes, behind a
 * word that says what they are. In another language ({@code lc_messages}) the words are others, and often the quotes;
 * there nothing that is quoted stays, and names come from the fields of the protocol.
 */
public final class ServerText {
    /** Classes of states whose details quote rows: data, integrity, WITH CHECK OPTION. */
    private static final Set<String> OF_ROWS = Set.of("22", "23", "44");

    /** Where the server's languages raise what a function says. */
    private static final Set<String> RAISING = Set.of(
            "exec_stmt_raise",
            "exec_stmt_assert",
            "PLy_output",
            "PLy_elog",
            "PLy_elog_impl",
            "do_util_elog",
            "croak_cstr",
            "pltcl_elog",
            "throw_tcl_error");

    /** In the context of what PL/pgSQL raised, whatever the language around them. */
    private static final Pattern RAISES = Pattern.compile("PL/pgSQL.*[^A-Za-z](?:RAISE|ASSERT)(?![A-Za-z])");

    private static final String RAISED = "a function of the site raised an error";

    private static final String WORDS =
            "access method|aggregate|cast|collation|column|configuration parameter|constraint|conversion|"
                    + "database|directory|domain|encoding|event trigger|extension|field|file|foreign-data wrapper|function|index|"
                    + "language|library|locale|near|operator|operator class|operator family|option|parameter|partition|policy|"
                    + "procedure|provider|publication|relation|role|rule|schema|sequence|server|setting|slot|statistics object|"
                    + "subscription|table|tablespace|trigger|type|user|variable|view|word";

    /** The beginning of what is quoted and no name; a value may hold quotes, so its end is the last one. */
    private static final Pattern VALUE = Pattern.compile("(?<!\\b(?:" + WORDS + ") )\"(?s:.*)\"");

    /** Quotes of the languages that PostgreSQL speaks. */
    private static final String QUOTES = "[\u00ab\u00bb\u2018-\u201f\u2039\u203a\u300c-\u300f]";

    private static final Pattern QUOTED = Pattern.compile(QUOTES + "(?s:.*)" + QUOTES);

    private static final Pattern NAMED = Pattern.compile("\\b(?:" + WORDS + ") \"(?:[^\"]|\"\")*+\"");
    private static final Pattern BYTES = Pattern.compile("(?:0x[0-9a-fA-F]+ ?)++|\\\\x[0-9a-fA-F]+");
    private static final Pattern STRING = Pattern.compile("'(?:[^']|'')*+'?");

    /** A line of a program's errors that begins a part of a message. */
    private static final Pattern PART = Pattern.compile(
            "^(?:pg_\\w+: .*?\\b)?"
                    + "(?:(ERROR|FATAL|PANIC|WARNING|DETAIL|HINT|CONTEXT|QUERY|STATEMENT|LOCATION):  |(Command was): |(LINE) \\d+: )");

    /** The beginning of a message whose severity has a name of another language. */
    private static final Pattern TRANSLATED = Pattern.compile("^pg_\\w+: .*?\\S:  ");

    private static final Pattern PROGRAM = Pattern.compile("^pg_\\w+: ");
    private static final Pattern IN_COPY = Pattern.compile("^(COPY .*?, line \\d+(?:, column [^:]*)?)(?::.*)?$");
    private static final Pattern IN_FUNCTION = Pattern.compile("^(?:PL/\\w+ function|SQL function|parallel worker).*");

    private ServerText() {}

    /** The message of a failure, with its detail where that quotes no row. @param state SQL state; may be null */
    static String of(ServerErrorMessage error, String state) {
        if (isRaised(error, state)) {
            String where = context(error.getWhere());
            return RAISED
                    + (where.isEmpty() ? "" : " (" + where.lines().findFirst().orElseThrow() + ")");
        }
        String said = String.valueOf(error.getMessage());
        String message = withoutValues(said) + (QUOTED.matcher(said).find() ? names(error) : "");
        boolean quotesRows = state == null || OF_ROWS.contains(classOf(state));
        String detail = error.getDetail();
        return detail == null || quotesRows ? message : message + " (" + withoutValues(detail) + ")";
    }

    /** Whether a function of the site chose the message. States of its own are those that the server does not have. */
    static boolean isRaised(ServerErrorMessage error, String state) {
        return String.valueOf(state).startsWith("P0") || RAISING.contains(String.valueOf(error.getRoutine()));
    }

    /** What the failure is about, by the server's own fields. */
    private static String names(ServerErrorMessage error) {
        List<String> names = new ArrayList<>();
        add(names, "constraint", error.getConstraint());
        add(names, "column", error.getColumn());
        add(names, "type", error.getDatatype());
        add(names, "table", error.getTable());
        return names.isEmpty() ? "" : " (" + String.join(", ", names) + ")";
    }

    private static void add(List<String> names, String kind, String name) {
        if (name != null) {
            names.add(kind + " \"" + name + "\"");
        }
    }

    private static String classOf(String state) {
        return state.length() < 2 ? state : state.substring(0, 2);
    }

    /** A message with names, without what is quoted and no name, and without bytes. */
    static String withoutValues(String message) {
        StringBuilder kept = new StringBuilder();
        Matcher named = NAMED.matcher(message);
        Matcher value = VALUE.matcher(message);
        int at = 0;
        while (value.find(at)) {
            int from = value.start();
            if (named.find(at) && named.start() < from) {
                kept.append(message, at, named.end());
                at = named.end();
                continue;
            }
            kept.append(message, at, from).append('…');
            at = value.end();
        }
        kept.append(message, at, message.length());
        String quoted = QUOTED.matcher(kept).replaceAll("…");
        return BYTES.matcher(quoted).replaceAll("…").strip();
    }

    /** In which functions, and in which line of a COPY, a statement failed; a line for each. */
    static String context(String where) {
        List<String> kept = new ArrayList<>();
        for (String line : String.valueOf(where).split("\n")) {
            Matcher copy = IN_COPY.matcher(line);
            if (copy.matches()) {
                kept.add(copy.group(1));
            } else if (IN_FUNCTION.matcher(line).matches()) {
                kept.add(line);
            }
        }
        return String.join("\n", kept);
    }

    /** What one of PostgreSQL's programs printed on its standard error, line by line, without the site's rows. */
    public static String ofProgram(String errors) {
        StringBuilder kept = new StringBuilder();
        Lines lines = new Lines(RAISES.matcher(errors).find());
        errors.lines().forEach(line -> lines.take(line, kept));
        return kept.toString();
    }

    /** Which part of a message a line belongs to. */
    private static final class Lines {
        private final boolean raises;
        private String part = "";

        /** @param raises whether a function of the site raised one of the errors: it is not known which */
        Lines(boolean raises) {
            this.raises = raises;
        }

        void take(String line, StringBuilder kept) {
            Matcher begin = PART.matcher(line);
            boolean begins = begin.find();
            if (begins) {
                part = begin.group(1) != null
                        ? begin.group(1)
                        : begin.group(2) != null ? begin.group(2) : begin.group(3);
            } else if (PROGRAM.matcher(line).find()) {
                Matcher translated = TRANSLATED.matcher(line);
                begins = translated.find();
                begin = translated;
                part = begins ? "ERROR" : "";
            }
            int end = begins ? begin.end() : 0;
            String shown = shown(line.substring(end), begins);
            if (shown != null) {
                kept.append(line, 0, end).append(shown).append('\n');
            }
        }

        /** @return null for a line that is left out */
        private String shown(String text, boolean begins) {
            return switch (part) {
                case "DETAIL", "QUERY", "STATEMENT", "LINE", "LOCATION" -> null;
                case "CONTEXT" -> {
                    String context = context(text);
                    yield context.isEmpty() ? null : context;
                }
                case "Command was" -> begins ? STRING.matcher(text).replaceAll("'…'") : null;
                case "ERROR", "FATAL", "PANIC", "WARNING", "HINT" -> message(text, begins);
                default -> withoutValues(text);
            };
        }

        private String message(String text, boolean begins) {
            if (!begins) {
                return null;
            }
            return raises && !part.equals("FATAL") ? RAISED : withoutValues(text);
        }
    }
}

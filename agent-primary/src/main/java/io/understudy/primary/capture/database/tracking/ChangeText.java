package io.understudy.primary.capture.database.tracking;

import io.understudy.postgres.SiteCode.TableName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One line of what the output plugin test_decoding writes. Values are kept as bytes, one to a char. Source:
 * {@code contrib/test_decoding/test_decoding.c} of PostgreSQL 13 to 17.
 *
 * <pre>
 * table public."a b": UPDATE: old-key: id[integer]:1 new-tuple: id[integer]:2 "t x"[character varying]:'it''s'
 * table public.a: DELETE: id[integer]:1
 * table public.a, public.b: TRUNCATE: restart_seqs cascade
 * </pre>
 */
final class ChangeText {
    /** What is not of this grammar. */
    static final class NotUnderstood extends Exception {
        private static final long serialVersionUID = 1;

        NotUnderstood(String why) {
            super(why);
        }
    }

    enum Kind {
        INSERT,
        UPDATE,
        DELETE,
        TRUNCATE
    }

    /**
     * @param tables one, or all that were truncated
     * @param before the key before the change, by columns, or the whole row; empty where the line has none
     * @param after the row; empty where the line has none
     */
    record Change(Kind kind, List<TableName> tables, Map<String, String> before, Map<String, String> after) {}

    /** Of a value that is null, and of one that is not in the line; neither is a text of a value. */
    static final String NULL = new String("null");

    static final String UNCHANGED = new String("unchanged");

    private static final String TABLE = "table ";
    private static final String NEW_TUPLE = " new-tuple:";
    private static final String OLD_KEY = " old-key:";
    private static final String NO_DATA = " (no-tuple-data)";
    private static final Set<String> TRUNCATIONS =
            Set.of(" (no-flags)", " restart_seqs", " cascade", " restart_seqs cascade");

    private final String text;
    private int at;

    private ChangeText(String text) {
        this.text = text;
    }

    static boolean isChange(String text) {
        return text.startsWith(TABLE);
    }

    /** The table of a line that was cut off. @throws NotUnderstood when the cut is within its name */
    static TableName tableOf(String beginning) throws NotUnderstood {
        ChangeText line = new ChangeText(beginning);
        line.expect(TABLE);
        TableName table = line.table();
        line.expect(": ");
        return table;
    }

    /** @param text of a line for which {@link #isChange} holds, one char a byte */
    static Change parse(String text) throws NotUnderstood {
        return new ChangeText(text).change();
    }

    private Change change() throws NotUnderstood {
        expect(TABLE);
        List<TableName> tables = new ArrayList<>(List.of(table()));
        while (take(", ")) {
            tables.add(table());
        }
        expect(": ");
        int colon = text.indexOf(':', at);
        Kind kind = kind(colon < 0 ? "" : text.substring(at, colon));
        at = colon + 1;
        if (kind == Kind.TRUNCATE) {
            if (!TRUNCATIONS.contains(text.substring(at))) {
                throw wrong("the options of TRUNCATE");
            }
            return new Change(kind, tables, Map.of(), Map.of());
        }
        if (tables.size() > 1) {
            throw wrong("several tables");
        }
        boolean two = kind == Kind.UPDATE && take(OLD_KEY);
        Map<String, String> first = row(two);
        if (two) {
            expect(NEW_TUPLE);
            return ended(new Change(kind, tables, first, row(false)));
        }
        return ended(
                kind == Kind.DELETE
                        ? new Change(kind, tables, first, Map.of())
                        : new Change(kind, tables, Map.of(), first));
    }

    private Kind kind(String word) throws NotUnderstood {
        for (Kind kind : Kind.values()) {
            if (kind.name().equals(word)) {
                return kind;
            }
        }
        throw wrong("what changed");
    }

    private Change ended(Change change) throws NotUnderstood {
        if (at != text.length()) {
            throw wrong("more than a row");
        }
        return change;
    }

    private Map<String, String> row(boolean beforeAnother) throws NotUnderstood {
        Map<String, String> row = new HashMap<>();
        if (take(NO_DATA)) {
            return row;
        }
        while (at < text.length() && !(beforeAnother && text.startsWith(NEW_TUPLE, at))) {
            expect(" ");
            String column = identifier();
            type();
            expect(":");
            if (row.put(column, value()) != null) {
                throw wrong("a column is there twice");
            }
        }
        return row;
    }

    private TableName table() throws NotUnderstood {
        String schema = identifier();
        expect(".");
        return new TableName(schema, identifier());
    }

    /** As {@code quote_identifier} writes it. */
    private String identifier() throws NotUnderstood {
        String name;
        if (take("\"")) {
            name = quoted('"');
        } else {
            int from = at;
            while (at < text.length() && isPlain(text.charAt(at))) {
                at++;
            }
            name = text.substring(from, at);
        }
        if (name.isEmpty()) {
            throw wrong("a name is missing");
        }
        return new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static boolean isPlain(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_';
    }

    /** {@code [integer[]]}, {@code [public."odd]type"]}: brackets pair, but for those in quoted names. */
    private void type() throws NotUnderstood {
        expect("[");
        for (int depth = 1; depth > 0; ) {
            if (at >= text.length()) {
                throw wrong("a type does not end");
            }
            char c = text.charAt(at++);
            if (c == '"') {
                quoted('"');
            } else if (c == '[') {
                depth++;
            } else if (c == ']') {
                depth--;
            }
        }
    }

    private String value() throws NotUnderstood {
        if (take("'")) {
            return quoted('\'');
        }
        if (take("B'")) {
            return quoted('\'');
        }
        int end = text.indexOf(' ', at);
        String word = text.substring(at, end < 0 ? text.length() : end);
        at += word.length();
        return switch (word) {
            case "" -> throw wrong("a value is missing");
            case "null" -> NULL;
            case "unchanged-toast-datum" -> UNCHANGED;
            case "true" -> "t";
            case "false" -> "f";
            default -> number(word);
        };
    }

    private String number(String word) throws NotUnderstood {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            boolean ofNumber = c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.';
            boolean ofWord = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!ofNumber && !ofWord) {
                throw wrong("a value without quotes");
            }
        }
        return word;
    }

    /** Behind the opening quote, to behind the closing one; doubled ones stand for one. */
    private String quoted(char quote) throws NotUnderstood {
        StringBuilder plain = null;
        int from = at;
        while (true) {
            int end = text.indexOf(quote, at);
            if (end < 0) {
                throw wrong("a quote does not end");
            }
            at = end + 1;
            if (at >= text.length() || text.charAt(at) != quote) {
                String last = text.substring(from, end);
                return plain == null ? last : plain.append(last).toString();
            }
            plain = plain == null ? new StringBuilder() : plain;
            plain.append(text, from, at);
            at++;
            from = at;
        }
    }

    private boolean take(String word) {
        boolean there = text.startsWith(word, at);
        at += there ? word.length() : 0;
        return there;
    }

    private void expect(String word) throws NotUnderstood {
        if (!take(word)) {
            throw wrong("\"" + word + "\" is expected");
        }
    }

    private NotUnderstood wrong(String why) {
        return new NotUnderstood(why + ", at " + at + " of " + text.length() + " bytes");
    }
}

package io.understudy.postgres;

/**
 * Pieces of SQL text that quote what they are given. Assumes {@code standard_conforming_strings}, which every session
 * here has.
 */
public final class Sql {
    private Sql() {}

    /** {@code "it""s"}. */
    public static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** {@code "schema"."name"}. */
    public static String qualified(String schema, String name) {
        return identifier(schema) + '.' + identifier(name);
    }

    /** {@code 'it''s'}. */
    public static String literal(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }

    /** Appends a value, quoted, as an element of an array's text: {@code {"a","b"}}. */
    public static void element(StringBuilder array, String value) {
        array.append('"')
                .append(value.replace("\\", "\\\\").replace("\"", "\\\""))
                .append('"');
    }
}

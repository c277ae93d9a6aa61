package io.understudy.postgres;

/**
 * A field as COPY's text format writes it. For characters beyond ASCII it makes no difference whether a char is a
 * character or a byte.
 *
 * <p>Source: "COPY", File Formats, Text Format, in PostgreSQL's documentation; of the escapes those that PostgreSQL
 * writes.
 */
public final class CopyText {
    private static final String ESCAPES = "bfnrtv\\";
    private static final String ESCAPED = "\b\f\n\r\t\u000b\\";

    private CopyText() {}

    /** Appends the field for this value. */
    public static void escape(String value, StringBuilder line) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            int at = ESCAPED.indexOf(c);
            if (at < 0) {
                line.append(c);
            } else {
                line.append('\\').append(ESCAPES.charAt(at));
            }
        }
    }

    /** @return the value of this field */
    public static String unescape(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        StringBuilder value = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            value.append(c == '\\' && i + 1 < field.length() ? meaning(field.charAt(++i)) : c);
        }
        return value.toString();
    }

    /** @param escape what follows a backslash in a field @return the character that both stand for */
    public static char meaning(char escape) {
        int at = ESCAPES.indexOf(escape);
        return at < 0 ? escape : ESCAPED.charAt(at);
    }
}

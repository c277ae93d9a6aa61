package io.understudy.databases;

import java.io.OutputStream;

/**
 * Breaks the line before the end of a statement that a comment would swallow. {@code mysqldump} writes the code of a
 * trigger, a routine or an event as it is, and the end of the statement on the same line: behind code that ends with
 * <code># so far</code> stands <code># so far *&#47;;;</code>, which no client can read.
 */
final class CommentedEnds extends LineFilter {
    private static final String DELIMITER = "DELIMITER ";
    /** That of a dump's code; no other line is looked into. */
    private static final String OF_CODE = ";;";

    private boolean inCode;
    /** What a line begins in: a quote, {@code *} for a comment, or 0. */
    private char open;

    CommentedEnds(OutputStream out) {
        super(out);
    }

    @Override
    boolean isEnough(boolean ended) {
        return ended || !inCode && size() >= DELIMITER.length() && !held().startsWith(DELIMITER);
    }

    @Override
    String written(String text) {
        if (text.startsWith(DELIMITER)) {
            open = 0;
            inCode = text.substring(DELIMITER.length()).strip().equals(OF_CODE);
            return text;
        }
        return inCode ? readable(text) : text;
    }

    private String readable(String text) {
        int comment = comment(text);
        String code = text.stripTrailing();
        if (comment < 0 || !code.endsWith(OF_CODE)) {
            return text;
        }
        String before = code.substring(0, code.length() - OF_CODE.length()).stripTrailing();
        if (before.endsWith("*/") && before.length() - 2 > comment) {
            before = before.substring(0, before.length() - 2);
        }
        return before + "\n" + text.substring(before.length());
    }

    /** Where the comment begins that ends with the line, or -1. Comments that the server runs are code. */
    private int comment(String text) {
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (open == '*') {
                if (text.startsWith("*/", at)) {
                    open = 0;
                    at++;
                }
            } else if (open != 0) {
                if (c == '\\' && open != '`') {
                    at++;
                } else if (c == open) {
                    open = 0;
                }
            } else if (c == '\'' || c == '"' || c == '`') {
                open = c;
            } else if (text.startsWith("/*", at) && !text.startsWith("/*!", at)) {
                open = '*';
                at++;
            } else if (c == '#' || text.startsWith("-- ", at) || text.startsWith("--\t", at)) {
                return at;
            }
        }
        return -1;
    }
}

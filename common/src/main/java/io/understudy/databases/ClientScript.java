package io.understudy.databases;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A file of SQL as MariaDB's and MySQL's clients read it, for what in it leaves the schema that is in use. Quotes and
 * comments are passed over, but for the comments that the server runs.
 */
final class ClientScript {
    private static final Set<String> LEAVING = Set.of("USE", "CONNECT");
    /** Most end with their line, so that the next one would not be seen to begin a statement. */
    private static final Set<String> OF_CLIENT = Set.of(
            "CHARSET",
            "CLEAR",
            "EDIT",
            "EGO",
            "EXIT",
            "GO",
            "HELP",
            "NOPAGER",
            "NOTEE",
            "NOWARNING",
            "PAGER",
            "PRINT",
            "PROMPT",
            "QUIT",
            "REHASH",
            "SOURCE",
            "STATUS",
            "SYSTEM",
            "TEE",
            "WARNINGS");

    private final String sql;
    private String delimiter = ";";
    private int at;
    /** At the begin of a statement. */
    private boolean begins = true;

    private ClientScript(String sql) {
        this.sql = sql;
    }

    /**
     * What is not to be there.
     *
     * @param line from 1
     * @param changesSchema else it is another command of the client
     */
    record Finding(int line, boolean changesSchema) {}

    static Optional<Finding> find(String sql) {
        return new ClientScript(sql).find();
    }

    private Optional<Finding> find() {
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (sql.startsWith(delimiter, at)) {
                end(delimiter.length());
            } else if (c == ';') {
                end(1);
            } else if (Character.isWhitespace(c)) {
                at++;
            } else if (isComment()) {
                skipComment();
            } else if (c == '\'' || c == '"' || c == '`') {
                skipQuoted(c);
            } else if (c == '\\') {
                char command = at + 1 < sql.length() ? sql.charAt(at + 1) : ' ';
                if (command == 'g' || command == 'G') {
                    end(2);
                } else if (command == 'N') {
                    pass(2);
                } else if (command == '-') {
                    // The client's sandbox, with which a dump begins: it takes rights away.
                    at += 2;
                } else {
                    return found(command == 'u' || command == 'r');
                }
            } else if (begins) {
                String word = word();
                if (LEAVING.contains(word) || OF_CLIENT.contains(word)) {
                    return found(LEAVING.contains(word));
                }
                pass(Math.max(1, word.length()));
                if (word.equals("DELIMITER")) {
                    takeDelimiter();
                }
            } else {
                at++;
            }
        }
        return Optional.empty();
    }

    private void end(int length) {
        at += length;
        begins = true;
    }

    private void pass(int length) {
        at += length;
        begins = false;
    }

    private Optional<Finding> found(boolean changesSchema) {
        int line = 1 + (int) sql.substring(0, at).chars().filter(c -> c == '\n').count();
        return Optional.of(new Finding(line, changesSchema));
    }

    private String word() {
        int end = at;
        while (end < sql.length()
                && !sql.startsWith(delimiter, end)
                && (Character.isLetterOrDigit(sql.charAt(end)) || "_$".indexOf(sql.charAt(end)) >= 0)) {
            end++;
        }
        return sql.substring(at, end).toUpperCase(Locale.ROOT);
    }

    private void takeDelimiter() {
        int end = lineEnd();
        String next = sql.substring(at, end).strip().replaceAll("['\"`]", "");
        delimiter = next.isEmpty() ? delimiter : next;
        at = end;
        begins = true;
    }

    private int lineEnd() {
        int end = sql.indexOf('\n', at);
        return end < 0 ? sql.length() : end;
    }

    private boolean isComment() {
        boolean dashes =
                sql.startsWith("--", at) && (at + 2 == sql.length() || Character.isWhitespace(sql.charAt(at + 2)));
        return dashes || sql.charAt(at) == '#' || sql.startsWith("/*", at) || sql.startsWith("*/", at);
    }

    private void skipComment() {
        if (sql.startsWith("*/", at)) {
            at += 2;
        } else if (!sql.startsWith("/*", at)) {
            at = lineEnd();
        } else if (sql.startsWith("/*!", at) || sql.startsWith("/*M!", at)) {
            at = sql.indexOf('!', at) + 1;
            while (at < sql.length() && Character.isDigit(sql.charAt(at))) {
                at++;
            }
        } else {
            int end = sql.indexOf("*/", at + 2);
            at = end < 0 ? sql.length() : end + 2;
        }
    }

    private void skipQuoted(char quote) {
        int end = at + 1;
        while (end < sql.length() && sql.charAt(end) != quote) {
            end += sql.charAt(end) == '\\' && quote != '`' ? 2 : 1;
        }
        at = Math.min(end + 1, sql.length());
        begins = false;
    }
}

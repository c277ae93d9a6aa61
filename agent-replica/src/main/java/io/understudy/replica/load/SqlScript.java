package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;

/**
 * A file of SQL, statement by statement with the line where each begins.
 *
 * @param statements in order, without those that are empty
 */
record SqlScript(Path file, List<Statement> statements) {
    /** What ends or begins a transaction: all of a script is one. */
    private static final Pattern OF_TRANSACTION = Pattern.compile(
            "(?is)(?:BEGIN|START\\s+TRANSACTION|COMMIT|END|ROLLBACK|ABORT|PREPARE\\s+TRANSACTION)\\b.*");

    private static final Pattern COMMENTS = Pattern.compile("(?s)^(?:\\s+|--[^\\n]*(?:\\n|$)|/\\*.*?\\*/)++");

    SqlScript {
        statements = List.copyOf(statements);
    }

    /** @param line of its first word, from 1 */
    record Statement(String sql, int line) {}

    /** @throws UnderstudyException {@code CONFIG_INVALID}, {@code FILE_*} */
    static SqlScript read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (CharacterCodingException e) {
            throw unusable(file, "it is not UTF-8 text", "save it as UTF-8", e);
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
        return new SqlScript(file, split(file, text));
    }

    private static List<Statement> split(Path file, String text) {
        List<Statement> statements = new ArrayList<>();
        int at = 0;
        try {
            for (NativeQuery each : Parser.parseJdbcSql(text, true, false, true, false, true)) {
                String sql = each.nativeSql;
                at = Math.max(at, text.indexOf(sql, at));
                String bare = COMMENTS.matcher(sql).replaceFirst("");
                if (!bare.isBlank()) {
                    Statement statement = new Statement(bare, line(text, at + sql.length() - bare.length()));
                    requireNoTransaction(file, statement);
                    statements.add(statement);
                }
                at += sql.length();
            }
        } catch (SQLException e) {
            throw unusable(file, e.getMessage(), "correct the SQL", e);
        }
        return statements;
    }

    private static void requireNoTransaction(Path file, Statement statement) {
        if (statement.sql().startsWith("\\")) {
            throw unusable(file, "line " + statement.line() + ": it is a command of psql", "write SQL alone", null);
        }
        if (OF_TRANSACTION.matcher(statement.sql()).matches()) {
            throw unusable(
                    file,
                    "line " + statement.line() + ": it begins or ends a transaction",
                    "take it out: all of the file is one transaction",
                    null);
        }
    }

    static int line(String text, int end) {
        return 1
                + (int) text.substring(0, Math.min(end, text.length()))
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
    }

    private static UnderstudyException unusable(Path file, String why, String hint, Exception cause) {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID, "cannot use " + file + " (database.after_load): " + why, hint, cause);
    }
}

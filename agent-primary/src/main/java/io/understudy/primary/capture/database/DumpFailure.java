package io.understudy.primary.capture.database;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.ServerText;
import io.understudy.process.CommandResult;
import java.util.List;
import java.util.stream.Collectors;

/** What pg_dump's own words mean. It runs with untranslated messages. */
final class DumpFailure {
    private static final int LINES = 4;
    private static final int LONGEST = 600;

    private DumpFailure() {}

    static UnderstudyException of(CommandResult result) {
        String errors = result.errors();
        if (errors.contains("canceling statement due to") && errors.contains("LOCK TABLE")) {
            return failure(
                    ErrorCode.DATABASE_BUSY,
                    result,
                    "a table was locked exclusively: take the snapshot when that session has ended");
        }
        if (errors.contains("FATAL:  sorry, too many clients")
                || errors.contains("FATAL:  too many connections")
                || errors.contains("FATAL:  remaining connection slots")) {
            return failure(
                    ErrorCode.DATABASE_BUSY,
                    result,
                    "raise max_connections or the limit of the role or database, or lower database.connections");
        }
        if (errors.contains("server version mismatch")) {
            return failure(ErrorCode.TOOL_UNFIT, result, "install the pg_dump of the server's own major version");
        }
        if (errors.contains("permission denied") || errors.contains("row-level security policy")) {
            return failure(
                    ErrorCode.MISSING_PRIVILEGE,
                    result,
                    "let database.user own the database's objects, or GRANT it the roles that do; tables with row security need BYPASSRLS");
        }
        return failure(
                ErrorCode.DUMP_FAILED, result, "see the message above and the database server's log for the cause");
    }

    private static UnderstudyException failure(ErrorCode code, CommandResult result, String hint) {
        String why =
                result.errors().isBlank() ? "it printed no error" : lastLines(ServerText.ofProgram(result.errors()));
        return new UnderstudyException(
                code, "cannot dump the schema: pg_dump ended with exit code " + result.exitCode() + ": " + why, hint);
    }

    static String lastLines(String errors) {
        List<String> lines = errors.lines().filter(line -> !line.isBlank()).toList();
        String last = lines.stream().skip(Math.max(0, lines.size() - LINES)).collect(Collectors.joining(" | "));
        return last.length() <= LONGEST ? last : last.substring(0, LONGEST) + "…";
    }
}

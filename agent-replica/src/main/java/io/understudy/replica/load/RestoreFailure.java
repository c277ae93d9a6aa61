package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.CommandResult;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What pg_restore's own words mean. Its messages are not translated; the server's may be, then the general code is right too. */
final class RestoreFailure {
    private static final int LINES = 6;
    private static final int LONGEST = 800;

    private record Meaning(Pattern words, ErrorCode code, String hint) {
        Meaning(String words, ErrorCode code, String hint) {
            this(Pattern.compile(words), code, hint);
        }
    }

    private static final List<Meaning> MEANINGS = List.of(
            new Meaning(
                    "No space left on device|could not extend file",
                    ErrorCode.DISK_FULL,
                    "free room on the database server's disk"),
            new Meaning(
                    "role \".*\" does not exist",
                    ErrorCode.MISSING_ROLE,
                    "create the role; under database.ownership: single only those that policies and user mappings name are needed"),
            new Meaning(
                    "extension control file|extension \".*\" is not available|could not access file \"",
                    ErrorCode.MISSING_EXTENSION,
                    "install the package that brings the extension"),
            new Meaning(
                    "permission denied|must be (super|owner|member|able)|Must be superuser|may not be",
                    ErrorCode.MISSING_PRIVILEGE,
                    "let database.user be a superuser for imports, or set database.ownership: single"),
            new Meaning(
                    "server closed the connection|terminating connection|could not connect|connection to server",
                    ErrorCode.DATABASE_UNREACHABLE,
                    "the server ended the session; try again when it is up"));

    private RestoreFailure() {}

    /** @param section what was restored: {@code pre-data} */
    static UnderstudyException of(String section, CommandResult result) {
        String why = "cannot restore the database (" + section + "): pg_restore ended with exit code "
                + result.exitCode() + ": " + lastLines(result.errors());
        return MEANINGS.stream()
                .filter(meaning -> meaning.words().matcher(result.errors()).find())
                .findFirst()
                .map(meaning -> new UnderstudyException(meaning.code(), why, meaning.hint()))
                .orElseGet(() -> new UnderstudyException(
                        ErrorCode.LOAD_FAILED,
                        why,
                        "the message and the database server's log tell what it stumbled on"));
    }

    private static String lastLines(String errors) {
        List<String> lines = errors.lines().filter(line -> !line.isBlank()).toList();
        String last = lines.stream().skip(Math.max(0, lines.size() - LINES)).collect(Collectors.joining(" | "));
        if (last.isEmpty()) {
            return "it said nothing";
        }
        return last.length() <= LONGEST ? last : last.substring(0, LONGEST) + "…";
    }
}

package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.ServerText;
import io.understudy.process.CommandResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the error messages of pg_restore mean. Its own are not translated; the server's may be, then the general code
 * is right too.
 */
final class RestoreErrors {
    private static final int LONGEST = 800;
    private static final String PROGRAM = "pg_restore: ";
    private static final String ERROR = PROGRAM + "error: ";
    private static final String COMMAND = "Command was: ";

    private record Meaning(Pattern words, ErrorCode code, String hint) {
        Meaning(String words, ErrorCode code, String hint) {
            this(Pattern.compile(words), code, hint);
        }
    }

    private static final List<Meaning> MEANINGS = List.of(
            new Meaning(
                    "No space left on device|could not extend file",
                    ErrorCode.DISK_FULL,
                    "free space on the database server's disk"),
            new Meaning(
                    "role \".*\" does not exist",
                    ErrorCode.MISSING_ROLE,
                    "create the role; under database.ownership: single only those that policies and user mappings name are needed"),
            new Meaning(
                    "extension control file|extension \".*\" is not available|could not access file \"",
                    ErrorCode.MISSING_EXTENSION,
                    "install the package that contains the extension"),
            new Meaning(
                    "permission denied|must be (super|owner|member|able)|Must be superuser|may not be",
                    ErrorCode.MISSING_PRIVILEGE,
                    "GRANT database.user the role that owns the object, or set database.ownership: single; what only a superuser may create"
                            + " (an untrusted language or what is in it, an event trigger, a base type) must go from the site, or database.user be one (docs/security.md)"),
            new Meaning(
                    "unrecognized configuration parameter",
                    ErrorCode.TOOL_UNFIT,
                    "pg_restore is newer than the server: install the client programs of the server's own major version, or set the extension's library in shared_preload_libraries"),
            new Meaning(
                    "cross-database references are not implemented",
                    ErrorCode.LOAD_FAILED,
                    "a function of the site names its database: leave the database's name out of it"),
            new Meaning(
                    "server closed the connection|terminating connection|could not connect|connection to server",
                    ErrorCode.DATABASE_UNREACHABLE,
                    "the server ended the session; try again when it is up"));

    private RestoreErrors() {}

    /** @param section what was restored: {@code pre-data} */
    static UnderstudyException of(String section, CommandResult result) {
        String error = firstError(ServerText.ofProgram(result.errors()));
        String why = "cannot restore the database (" + section + "): " + shortened(error) + " (exit code "
                + result.exitCode() + ")";
        Optional<String> searchPath = SearchPathHint.of(error, error);
        if (searchPath.isPresent()) {
            return new UnderstudyException(ErrorCode.LOAD_FAILED, why, searchPath.get());
        }
        return MEANINGS.stream()
                .filter(meaning -> meaning.words().matcher(error).find())
                .findFirst()
                .map(meaning -> new UnderstudyException(meaning.code(), why, meaning.hint()))
                .orElseGet(() -> new UnderstudyException(
                        ErrorCode.LOAD_FAILED, why, "see the failed statement in the database server's log"));
    }

    /**
     * The first is the cause, what follows are often its consequences: from it on until the program speaks of something
     * else; all of it when pg_restore marked nothing as an error.
     */
    private static String firstError(String errors) {
        List<String> lines =
                errors.lines().dropWhile(line -> !line.startsWith(ERROR)).toList();
        if (lines.isEmpty()) {
            return errors;
        }
        List<String> first = new ArrayList<>(lines.subList(0, 1));
        for (String line : lines.subList(1, lines.size())) {
            if (line.startsWith(PROGRAM)) {
                break;
            }
            first.add(line);
            if (line.startsWith(COMMAND)) {
                break;
            }
        }
        return String.join("\n", first);
    }

    private static String shortened(String error) {
        String line = error.lines().filter(each -> !each.isBlank()).collect(Collectors.joining(" | "));
        if (line.isEmpty()) {
            return "pg_restore printed no error";
        }
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }
}

package io.understudy.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code deploy/docs/errors.md} is the list of codes; {@code -Dunderstudy.rewrite=true} writes it again. */
class ErrorCodeTest {
    private static final String HEAD = """
            # Errors

            Every failure has a stable name and exit code. A command prints `error: …` and `hint: …` on standard error; with `--json` also
            `{"error":{"code":"…","message":"…","hint":"…"}}` on standard output. The daemons log the same, count it in a metric and go on as *tried again* says.
            Exit code 0 is success.

            A code's *kind* says where to look:

            """;
    private static final String CODES = """

            | code | exit | kind | meaning | tried again by the daemons |
            | --- | --- | --- | --- | --- |
            """;

    @Test
    void exitCodesAreUniqueAndFitAShell() {
        assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::exitCode))
                .doesNotHaveDuplicates()
                .allMatch(code -> code >= 1 && code < 90);
    }

    /**
     * By the verdict a manifest is fetched again, a base is left out, an older snapshot is taken: what only may pass
     * must not lead to that.
     */
    @Test
    void onlyWhatIsStoredIsJudged() {
        assertThat(Arrays.stream(ErrorCode.values()).filter(ErrorCode::judgesContent))
                .containsExactly(
                        ErrorCode.OBJECT_MISSING,
                        ErrorCode.FORMAT_UNKNOWN,
                        ErrorCode.WRONG_SITE,
                        ErrorCode.WRONG_REPOSITORY,
                        ErrorCode.REPOSITORY_OLDER,
                        ErrorCode.MANIFEST_DAMAGED,
                        ErrorCode.MANIFEST_UNSIGNED,
                        ErrorCode.SIGNER_UNKNOWN,
                        ErrorCode.SIGNATURE_INVALID,
                        ErrorCode.BLOB_MISSING,
                        ErrorCode.BLOB_DAMAGED,
                        ErrorCode.UNSAFE_PATH,
                        ErrorCode.SNAPSHOT_UNKNOWN,
                        ErrorCode.SNAPSHOT_OLDER,
                        ErrorCode.NOT_ENCRYPTED);
    }

    @Test
    void noCodeIsJudgedByItsNumber() throws IOException {
        Pattern byNumber = Pattern.compile("exitCode\\(\\) [/%<>]|code / 10");
        for (String module : List.of("common", "agent-primary", "agent-replica")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(Files.readString(file)).as(file.toString()).doesNotContainPattern(byNumber);
                }
            }
        }
    }

    @Test
    void operatorsReferenceListsEveryCode() throws IOException {
        Path page = Path.of("../deploy/docs/errors.md");
        String expected = HEAD
                + Arrays.stream(ErrorKind.values())
                        .map(kind -> "- `" + kind.label() + "`: " + kind.meaning() + "\n")
                        .collect(Collectors.joining())
                + CODES
                + Arrays.stream(ErrorCode.values()).map(ErrorCodeTest::row).collect(Collectors.joining());
        if (Boolean.getBoolean("understudy.rewrite")) {
            Files.writeString(page, expected);
        }
        assertThat(Files.readString(page)).isEqualTo(expected);
    }

    private static String row(ErrorCode code) {
        String again = switch (code.retry()) {
            case WITH_BACKOFF -> "yes, with growing pauses";
            case AFTER_OPERATOR -> "slowly; waits for you";
            case NEVER -> "no";
        };
        return "| `" + code.label() + "` | " + code.exitCode() + " | `"
                + code.kind().label() + "` | " + code.meaning() + " | " + again + " |\n";
    }
}

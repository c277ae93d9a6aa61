package io.understudy.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code deploy/docs/errors.md} is the list of codes; {@code -Dunderstudy.rewrite=true} writes it anew. */
class ErrorCodeTest {
    private static final String HEAD = """
            # Errors

            Every failure has a stable name and exit code. A command prints `error: cannot …` and `hint: …` on standard error; with `--json` also
            `{"error":{"code":"…","message":"…","hint":"…"}}` on standard output. The daemons log the same, count it in a metric and go on as *tried again* says.
            Exit code 0 is success.

            | code | exit | meaning | tried again by the daemons |
            | --- | --- | --- | --- |
            """;

    @Test
    void exitCodesAreUniqueAndFitAShell() {
        assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::exitCode))
                .doesNotHaveDuplicates()
                .allMatch(code -> code >= 1 && code < 80);
    }

    @Test
    void operatorsReferenceListsEveryCode() throws IOException {
        Path page = Path.of("../deploy/docs/errors.md");
        String expected =
                HEAD + Arrays.stream(ErrorCode.values()).map(ErrorCodeTest::row).collect(Collectors.joining());
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
        return "| `" + code.label() + "` | " + code.exitCode() + " | " + code.meaning() + " | " + again + " |\n";
    }
}

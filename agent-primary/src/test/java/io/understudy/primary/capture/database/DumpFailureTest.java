package io.understudy.primary.capture.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.CommandResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DumpFailureTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "DATABASE_BUSY; pg_dump: error: query failed: ERROR:  canceling statement due to lock timeout\\n"
                        + "pg_dump: detail: Query was: LOCK TABLE public.t IN ACCESS SHARE MODE",
                "DATABASE_BUSY; pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout\\n"
                        + "pg_dump: error: query was: LOCK TABLE public.t IN ACCESS SHARE MODE",
                "DATABASE_BUSY; pg_dump: error: connection to server at \"h\", port 1 failed: FATAL:  too many connections for role \"u\"",
                "TOOL_UNFIT; pg_dump: error: aborting because of server version mismatch",
                "MISSING_PRIVILEGE; pg_dump: error: query failed: ERROR:  permission denied for large object 1",
                "DUMP_FAILED; pg_dump: error: out of memory",
                "DUMP_FAILED; ''",
            })
    void knowsWhatPgDumpMeans(ErrorCode code, String errors) {
        UnderstudyException failure = failure(errors.replace("\\n", "\n"));
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.hint()).isNotBlank();
        assertThat(failure.getMessage()).startsWith("cannot dump the schema: pg_dump ended with exit code 1: ");
    }

    @Test
    void keepsTheLastLinesOfLongErrors() {
        assertThat(failure("first\n\na\nb\nc\n" + "z".repeat(1000)).getMessage())
                .contains(": a | b | c | zzz")
                .endsWith("zzz…")
                .hasSizeLessThan(700);
    }

    private static UnderstudyException failure(String errors) {
        return DumpFailure.of(new CommandResult(1, "", errors, Duration.ZERO));
    }
}

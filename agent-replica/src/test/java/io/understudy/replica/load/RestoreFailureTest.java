package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.CommandResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestoreFailureTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "MISSING_ROLE; ERROR:  role \"editor\" does not exist",
                "MISSING_EXTENSION; ERROR:  could not open extension control file \"/usr/share/postgresql/15/extension/postgis.control\": No such file",
                "MISSING_EXTENSION; ERROR:  could not access file \"$libdir/plv8\": No such file or directory",
                "MISSING_EXTENSION; FATAL:  could not access file \"auto_missing\": No such file or directory",
                "MISSING_PRIVILEGE; ERROR:  permission denied to create extension \"file_fdw\"",
                "MISSING_PRIVILEGE; ERROR:  must be owner of extension plpgsql",
                "DISK_FULL; ERROR:  could not extend file \"base/1/2\": No space left on device",
                "DATABASE_UNREACHABLE; FATAL:  terminating connection due to administrator command",
                "LOAD_FAILED; ERROR:  could not create unique index \"t_pkey\""
            })
    void namesTheCause(ErrorCode code, String words) {
        UnderstudyException failure = failure("pg_restore: error: could not execute query: " + words);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure).hasMessageContaining("(pre-data)").hasMessageContaining(words);
        assertThat(failure.hint()).isNotBlank();
    }

    @Test
    void givesTheLastLinesOnly() {
        assertThat(failure("line\n".repeat(500) + "the end").getMessage())
                .endsWith("line | line | line | line | line | the end");
        assertThat(failure("x".repeat(5000)).getMessage()).hasSizeLessThan(1000);
        assertThat(failure("\n").getMessage()).endsWith("it said nothing");
    }

    private static UnderstudyException failure(String errors) {
        return RestoreFailure.of("pre-data", new CommandResult(1, "", errors, Duration.ZERO));
    }
}

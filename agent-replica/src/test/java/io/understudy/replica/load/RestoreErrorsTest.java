package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.CommandResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestoreErrorsTest {
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
    void beginsWithTheFirstError() {
        String errors = """
                pg_restore: connecting to database for restore
                pg_restore: error: could not execute query: ERROR:  relation "look" does not exist
                LINE 1: select count(*)::int from look where k=$1
                QUERY:  select count(*)::int from look where k=$1
                CONTEXT:  SQL function "fs" during inlining
                Command was: CREATE TABLE public.z (
                    a integer
                );
                pg_restore: error: could not execute query: ERROR:  relation "public.z" does not exist
                """ + "more\n".repeat(50);
        UnderstudyException failure = failure(errors);
        assertThat(failure.code()).isEqualTo(ErrorCode.LOAD_FAILED);
        assertThat(failure)
                .hasMessageStartingWith(
                        "cannot restore the database (pre-data): pg_restore: error: could not execute query: ERROR:  relation \"look\" does not exist")
                .hasMessageEndingWith("Command was: CREATE TABLE public.z ( (exit code 1)");
        assertThat(failure.hint()).contains("ALTER FUNCTION fs(…) SET search_path = public, pg_temp");
    }

    @Test
    void manyLinesOfOneErrorAreRead() {
        String errors = "pg_restore: error: first\n" + "x\n".repeat(30_000);
        assertThat(failure(errors).getMessage()).contains("error: first | x | x");
    }

    /** The server's own log has them. */
    @Test
    void rowsAreLeftOut() {
        UnderstudyException failure =
                failure("pg_restore: error: could not execute query: ERROR:  could not create unique index \"once\"\n"
                        + "DETAIL:  Key (email)=(secret@example.net) is duplicated.\n"
                        + "Command was: CREATE UNIQUE INDEX once ON public.person (email);\n");
        assertThat(failure)
                .hasMessageContaining("could not create unique index \"once\" | Command was: CREATE UNIQUE INDEX once")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void namesTheFunctionThatReliesOnSearchPath() {
        assertThat(failure(
                                "pg_restore: error: COPY failed for table \"x\": ERROR:  type \"mood\" does not exist\n"
                                        + "CONTEXT:  PL/pgSQL function public.fp(integer,text) line 1 at RETURN\nCOPY x, line 1")
                        .hint())
                .contains("ALTER FUNCTION public.fp(integer,text) SET search_path");
    }

    @Test
    void givesAllWordsWherePgRestoreMarksNoError() {
        assertThat(failure("line\nthe end\n").getMessage()).contains("line | the end");
        assertThat(failure("x".repeat(5000)).getMessage()).hasSizeLessThan(1000);
        assertThat(failure("\n").getMessage()).contains("printed no error");
    }

    private static UnderstudyException failure(String errors) {
        return RestoreErrors.of("pre-data", new CommandResult(1, "", errors, Duration.ZERO));
    }
}

package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.SystemCommandRunner;
import io.understudy.testing.ScriptedCommandRunner;
import io.understudy.testing.ScriptedCommandRunner.Answer;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramsTest {
    @TempDir
    private Path folder;

    @Test
    void allThatAProgramWritesIsRead() {
        assertThat(read("yes row | head -c 300000; printf '\\n-- end\\n'")).hasSize(300_008);
    }

    @Test
    void whatEndsWithoutItsClosingLineIsNotComplete() {
        UnderstudyException e = failure("printf 'CREATE VIEW a\\n'");
        assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_FAILED);
        assertThat(e)
                .hasMessage("cannot read the views of database shop: sh ended with 0, and its last line does not begin"
                        + " with \"-- end\": it is not complete");
    }

    @Test
    void moreThanFitsIsAnErrorAndNotCut() {
        assertThat(failure("yes row | head -c 70000000; printf '\\n-- end\\n'"))
                .hasMessage("cannot read the views of database shop: sh wrote more than 64 MiB");
    }

    @Test
    void aProgramThatFailsSaysWhy() {
        assertThat(failure("printf '%s\\n' '-- end'; echo no view >&2; exit 2"))
                .hasMessage("cannot read the views of database shop: sh ended with 2: no view");
    }

    /** No size of a database is too large: while bytes flow, no limit is over. */
    @Test
    void theLimitIsOfSilence() {
        ScriptedCommandRunner runner = new ScriptedCommandRunner().on("program", Answer.ok("-- end\n"));
        Programs programs = new Programs("shop", runner, List.of(), Duration.ofMinutes(1));
        List<String> program = List.of("program");
        programs.dump(program, Optional.of("-- end"), in -> in.transferTo(OutputStream.nullOutputStream()));
        catchThrowable(() -> programs.restore(program, Map.of(), out -> {}));
        programs.run("swap", ErrorCode.COMMAND_FAILED, program, Map.of());
        programs.run("work on", ErrorCode.DATABASE_FAILED, program, "text");
        programs.read("work on", ErrorCode.DATABASE_FAILED, program, "text", Optional.empty());
        programs.hash("compare", program, Map.of());
        assertThat(runner.commands()).hasSize(6).allMatch(Command::limitsSilence);
    }

    private String read(String script) {
        return new Programs("shop", new SystemCommandRunner(folder), List.of(), Duration.ofMinutes(1))
                .read(
                        "read the views of",
                        ErrorCode.DATABASE_FAILED,
                        List.of("sh", "-c", script),
                        "",
                        Optional.of("-- end"));
    }

    private UnderstudyException failure(String script) {
        return catchThrowableOfType(UnderstudyException.class, () -> read(script));
    }
}

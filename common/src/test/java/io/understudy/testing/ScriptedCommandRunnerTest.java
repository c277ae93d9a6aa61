package io.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.process.Command;
import io.understudy.process.CommandRunner;
import io.understudy.testing.ScriptedCommandRunner.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScriptedCommandRunnerTest extends CommandRunnerContract {
    private final ScriptedCommandRunner scripted = new ScriptedCommandRunner()
            .on("sh -c " + BOTH, new Answer(7, "out\n".getBytes(StandardCharsets.UTF_8), "err\n", Duration.ZERO))
            .on("sh -c " + HANG, Answer.hanging())
            .on("cat", Answer.ok(""));

    @Override
    protected CommandRunner runner() {
        return scripted;
    }

    @Test
    void remembersWhatWasRunAndPrefersLaterRules() {
        scripted.on("cat", Answer.failed(1, "no"));
        assertThat(scripted.run(Command.of(List.of("cat", "x"), Duration.ofSeconds(1)))
                        .exitCode())
                .isEqualTo(1);
        assertThat(scripted.lines()).containsExactly("cat x");
    }
}

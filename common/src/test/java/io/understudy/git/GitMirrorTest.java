package io.understudy.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.testing.ScriptedCommandRunner;
import io.understudy.testing.ScriptedCommandRunner.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitMirrorTest {
    @TempDir
    private Path folder;

    /** A large origin takes hours to come. One that falls silent is ended after an hour, whatever it comes by. */
    @Test
    void aFetchIsLimitedByItsSilence() {
        ScriptedCommandRunner runner = new ScriptedCommandRunner();
        runner.on(command -> true, command -> new Answer(0, new byte[0], "", Duration.ZERO));
        runner.on(
                command -> command.arguments().contains("fetch"),
                command -> new Answer(1, new byte[0], "remote: Counting\rfatal: too slow", Duration.ZERO));
        GitOrigin origin = new GitOrigin(
                "1".repeat(40), "main", "https://git.example.net/site.git", GitOrigin.DIFFERENCES, List.of());

        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class,
                () -> new GitMirror(folder.resolve("mirror"), runner).with("themes", origin));

        assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_FAILED);
        assertThat(e).hasMessageContaining("cannot be fetched: fatal: too slow");
        Command fetch = runner.commands().stream()
                .filter(command -> command.arguments().contains("fetch"))
                .findFirst()
                .orElseThrow();
        assertThat(fetch.hearing()).isEqualTo(Command.Hearing.ERRORS);
        assertThat(fetch.limit()).isEqualTo(Duration.ofHours(1));
        assertThat(fetch.arguments()).contains("--progress");
        assertThat(runner.commands().get(0).limit()).as("of init").isEqualTo(Duration.ofMinutes(1));
        assertThat(fetch.environment())
                .containsEntry("GIT_HTTP_LOW_SPEED_LIMIT", "1")
                .containsEntry("GIT_HTTP_LOW_SPEED_TIME", "600");
        assertThat(fetch.environment().get("GIT_SSH_COMMAND")).contains("ServerAliveInterval=30");
    }
}

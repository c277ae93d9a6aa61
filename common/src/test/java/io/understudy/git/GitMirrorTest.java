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

    /** A large origin takes hours to come. One that falls silent is ended by git and ssh, after ten minutes at most. */
    @Test
    void aFetchIsLimitedByItsSilence() {
        ScriptedCommandRunner runner = new ScriptedCommandRunner();
        runner.on(command -> true, command -> new Answer(0, new byte[0], "", Duration.ofHours(20)));
        runner.on(
                command -> command.arguments().contains("fetch"),
                command -> new Answer(1, new byte[0], "Operation too slow", Duration.ofHours(20)));
        GitOrigin origin = new GitOrigin(
                "1".repeat(40), "main", "https://git.example.net/site.git", GitOrigin.DIFFERENCES, List.of());

        UnderstudyException e = catchThrowableOfType(
                UnderstudyException.class,
                () -> new GitMirror(folder.resolve("mirror"), runner).with("themes", origin));

        assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_FAILED);
        assertThat(e).hasMessageContaining("cannot be fetched: Operation too slow");
        Command fetch = runner.commands().stream()
                .filter(command -> command.arguments().contains("fetch"))
                .findFirst()
                .orElseThrow();
        assertThat(fetch.environment())
                .containsEntry("GIT_HTTP_LOW_SPEED_LIMIT", "1")
                .containsEntry("GIT_HTTP_LOW_SPEED_TIME", "600");
        assertThat(fetch.environment().get("GIT_SSH_COMMAND")).contains("ServerAliveInterval=30");
    }
}

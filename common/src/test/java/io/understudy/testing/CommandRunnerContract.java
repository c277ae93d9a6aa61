package io.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * What every command runner promises. It is asked to run {@code sh -c} with {@link #BOTH} and {@link #HANG},
 * {@code cat}, and {@code no-such-program}; a fake one has answers for these.
 */
public abstract class CommandRunnerContract {
    /** Writes to both outputs and ends with 7. */
    protected static final String BOTH = "echo out; echo err >&2; exit 7";

    protected static final String HANG = "sleep 300";

    private static final Duration LIMIT = Duration.ofSeconds(60);

    protected abstract CommandRunner runner();

    @Test
    void anExitCodeIsAResult() {
        CommandResult result = runner().run(Command.of(script(BOTH), LIMIT));
        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.ok()).isFalse();
        assertThat(result.output()).isEqualTo("out\n");
        assertThat(result.errors()).isEqualTo("err\n");
    }

    @Test
    void consumes() {
        AtomicReference<String> seen = new AtomicReference<>();
        CommandResult result = runner().run(Command.of(script(BOTH), LIMIT)
                .into(output -> seen.set(new String(output.readAllBytes(), StandardCharsets.UTF_8))));
        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.output()).isEmpty();
        assertThat(seen).hasValue("out\n");
    }

    @Test
    void theInputIsEmpty() {
        CommandResult result = runner().run(Command.of(List.of("cat"), LIMIT));
        assertThat(result.ok()).isTrue();
        assertThat(result.output()).isEmpty();
    }

    @Test
    void failuresOfTheConsumerAreThrownOn() {
        Command cat = Command.of(List.of("cat"), LIMIT);
        assertThatThrownBy(() -> runner().run(cat.into(output -> {
                    throw new IllegalStateException("consumer");
                })))
                .isInstanceOf(IllegalStateException.class);
        assertFails(ErrorCode.COMMAND_FAILED, cat.into(output -> {
            throw new IOException("disk");
        }));
    }

    @Test
    void aProgramThatTakesTooLongTimesOut() {
        assertFails(ErrorCode.COMMAND_TIMEOUT, Command.of(script(HANG), Duration.ofMillis(200)));
    }

    @Test
    void aMissingProgramFails() {
        assertFails(ErrorCode.COMMAND_FAILED, Command.of(List.of("no-such-program"), LIMIT));
    }

    protected final void assertFails(ErrorCode code, Command command) {
        assertThatThrownBy(() -> runner().run(command)).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
            assertThat(e.getMessage())
                    .startsWith("cannot ")
                    .contains(command.arguments().get(0));
            assertThat(e.hint()).isNotBlank();
        });
    }

    protected static List<String> script(String text) {
        return List.of("sh", "-c", text);
    }
}

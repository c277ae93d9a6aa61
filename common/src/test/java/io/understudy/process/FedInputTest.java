package io.understudy.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that read what the agent writes. */
@Timeout(120)
class FedInputTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private CommandResult run(Command.Producer producer, String... arguments) {
        return new SystemCommandRunner(folder)
                .run(Command.of(List.of(arguments), LIMIT).fedBy(producer));
    }

    @Test
    void passesOnWhatIsWrittenAndItsEnd() {
        byte[] block = "0123456789abcdef".repeat(4096).getBytes(StandardCharsets.US_ASCII);
        CommandResult result = run(
                input -> {
                    for (int i = 0; i < 64; i++) {
                        input.write(block);
                    }
                },
                "wc",
                "-c");
        assertThat(result.output().strip()).isEqualTo(Integer.toString(64 * block.length));
    }

    @Test
    void aTextIsWrittenInUtf8() {
        Command cat = Command.of(List.of("cat"), LIMIT).reading("größe\n");
        assertThat(new SystemCommandRunner(folder).run(cat).output()).isEqualTo("größe\n");
    }

    /** pg_restore reads an archive's beginning alone: the rest is not read from the filestore. */
    @Test
    void stopsWhereTheProgramHasEnded() {
        AtomicLong written = new AtomicLong();
        byte[] block = new byte[64 << 10];
        CommandResult result = run(
                input -> {
                    while (true) {
                        input.write(block);
                        written.addAndGet(block.length);
                    }
                },
                "head",
                "-c",
                "10");
        assertThat(result.ok()).isTrue();
        assertThat(written).hasValueLessThan(16 << 20);
    }

    @Test
    void aProgramNeedNotReadWhatIsShort() {
        assertThat(run(input -> input.write(new byte[100]), "true").ok()).isTrue();
    }

    /** Half of the input must not pass for all of it. */
    @Test
    void endsTheProgramWhereTheInputFails() {
        UnderstudyException lost = new UnderstudyException(ErrorCode.BLOB_MISSING, "it is lost", "look for it");
        assertThatThrownBy(() -> run(
                        input -> {
                            input.write(1);
                            input.flush();
                            throw lost;
                        },
                        "sh",
                        "-c",
                        "cat >/dev/null; touch " + folder.resolve("whole")))
                .isSameAs(lost);
        assertThat(folder.resolve("whole")).doesNotExist();
    }

    @Test
    void aFailureToReadIsNoEndOfTheProgram() {
        assertThatThrownBy(() -> run(
                        input -> {
                            throw new IOException("cannot read on");
                        },
                        "cat"))
                .hasMessageContaining("cannot read on");
    }
}

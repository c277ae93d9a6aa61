package io.understudy.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void whatAProcessBringsAboutIsSeen() {
        Path made = folder.resolve("made");
        Running running = shell("touch " + made + "; sleep 60");
        try {
            running.await("the file is made", LONG, () -> Files.exists(made));
            assertThat(running.alive()).isTrue();
        } finally {
            running.kill();
        }
    }

    /** Also where it brought it about and ended before it was looked at. */
    @Test
    void whatWasLeftByAProcessThatEndedIsSeen() {
        Path made = folder.resolve("made");
        Running running = shell("touch " + made);
        Deadline.await("it ends", LONG, () -> !running.alive());
        running.await("the file is made", LONG, () -> Files.exists(made));
    }

    /** At once, and not when the limit is over. */
    @Test
    void aProcessThatEndedWithoutItFailsWithWhatItSaid() {
        Running running = shell("echo refused; exit 3");
        assertThatThrownBy(() -> running.await("the marker is written", Duration.ofDays(1), () -> false))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("has ended before: the marker is written")
                .hasMessageContaining("refused");
    }

    @Test
    void aProcessThatRunsOnFailsAtTheLimitWithWhatItSaid() {
        Running running = shell("echo waits; exec sleep 60");
        try {
            Deadline.await("it has spoken", LONG, () -> running.logText().contains("waits"));
            assertThatThrownBy(() -> running.await("it ends", Duration.ZERO, () -> false))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("not within 0 s: it ends")
                    .hasMessageContaining("waits");
        } finally {
            running.kill();
        }
    }

    private Running shell(String script) {
        return Program.of("sh", "-c", script).start(folder.resolve("log"));
    }
}

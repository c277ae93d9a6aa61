package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an agent in one container restarts the site in another: the shipped script itself. */
class SuperviseTest {
    private static final Path SCRIPT = Path.of("container/supervise").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private Path log;
    private Running container;

    @BeforeEach
    void start() {
        log = folder.resolve("site.log");
        container = supervised();
        awaitLog("begins");
    }

    @AfterEach
    void stop() {
        container.stop();
    }

    @Test
    void restartsStopsAndStartsTheSiteAndReturnsWhenItIsDone() {
        ask("restart");
        awaitLog("begins", "ends", "begins");
        ask("stop");
        awaitLog("begins", "ends", "begins", "ends");
        ask("start");
        awaitLog("begins", "ends", "begins", "ends", "begins");
        ask("start");

        assertThat(lines()).containsExactly("begins", "ends", "begins", "ends", "begins");
    }

    @Test
    void theContainerEndsWithItsSiteAndIgnoresOldRequestsWhenItBeginsAnew() {
        ask("stop");
        container.stop();
        awaitLog("begins", "ends");

        container = supervised();

        awaitLog("begins", "ends", "begins");
    }

    private Running supervised() {
        String site = "echo begins >>'" + log + "'; trap 'echo ends >>'\"'" + log
                + "'\"'; exit' TERM; while :; do sleep 0.1; done";
        return Program.of(SCRIPT, "run", folder, "sh", "-c", site).start(folder.resolve("container.log"));
    }

    private void ask(String action) {
        Program.of(SCRIPT, action, folder).run(LIMIT).successful();
    }

    private void awaitLog(String... expected) {
        Deadline.await("the site's log is as expected", LIMIT, () -> lines().equals(List.of(expected)));
    }

    private List<String> lines() {
        try {
            return Files.exists(log) ? Files.readAllLines(log) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

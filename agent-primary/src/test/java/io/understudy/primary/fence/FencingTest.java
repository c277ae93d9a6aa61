package io.understudy.primary.fence;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.fence.Fencing.Seen;
import io.understudy.testing.FakeTicker;
import io.understudy.time.Backoff;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FencingTest {
    private static final Seen FENCED = new Seen(true, false, false, 1);
    private static final Seen WELL = new Seen(false, true, false, 1);

    @TempDir
    private Path folder;

    private final FakeTicker time = new FakeTicker();
    private final List<Event> events = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private int runs;
    private Optional<RuntimeException> failure = Optional.empty();
    private Fencing fencing;

    @BeforeEach
    void build() {
        restart(Runnable::run);
    }

    private void restart(java.util.concurrent.Executor worker) {
        SiteStopping site = new SiteStopping(
                Optional.of(this::stop),
                SiteStopping.note(folder),
                worker,
                new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(1), new Random(1)),
                new Events(time.clock(), (event, at) -> events.add(event)),
                time.clock(),
                time);
        fencing = new Fencing(site, Optional.empty());
    }

    private void stop() {
        runs++;
        failure.ifPresent(why -> {
            throw why;
        });
    }

    private List<String> said() {
        return events.stream().map(Event::code).toList();
    }

    @Test
    void stopsTheSiteOnceForAnEpochThatIsOverAlsoAcrossRestarts() {
        fencing.look(WELL);
        fencing.look(FENCED);
        fencing.look(FENCED);
        restart(Runnable::run);
        fencing.look(FENCED);

        assertThat(runs).isOne();
        assertThat(said()).containsExactly("fenced_site_stopped");
    }

    @Test
    void theNextEpochThatIsOverStopsItAgain() {
        fencing.look(FENCED);
        fencing.look(new Seen(false, true, false, 3));
        fencing.look(new Seen(true, false, false, 3));

        assertThat(runs).isEqualTo(2);
    }

    @Test
    void aCommandThatFailsIsTriedAgainAfterGrowingPauses() {
        failure = Optional.of(new UnderstudyException(ErrorCode.COMMAND_FAILED, "cannot stop", "look"));
        fencing.look(FENCED);
        fencing.look(FENCED);
        assertThat(runs).isOne();
        time.advance(Duration.ofSeconds(2));
        fencing.look(FENCED);
        assertThat(runs).isEqualTo(2);
        time.advance(Duration.ofSeconds(1));
        fencing.look(FENCED);
        assertThat(runs).isEqualTo(2);
        failure = Optional.empty();
        time.advance(Duration.ofMinutes(1));
        fencing.look(FENCED);
        fencing.look(FENCED);

        assertThat(runs).isEqualTo(3);
        assertThat(said()).containsExactly("fenced_site_runs", "fenced_site_runs", "fenced_site_stopped");
    }

    @Test
    void aDefectInTheCommandIsReportedAndTriedAgain() {
        failure = Optional.of(new IllegalStateException("a defect"));
        fencing.look(FENCED);
        failure = Optional.empty();
        time.advance(Duration.ofMinutes(1));
        fencing.look(FENCED);
        time.advance(Duration.ofMinutes(1));
        fencing.look(FENCED);

        assertThat(said()).containsExactly("defect", "fenced_site_stopped");
    }

    @Test
    void aCommandThatDiedWithTheAgentRunsAgain() {
        restart(waiting::add);
        fencing.look(FENCED);
        fencing.look(FENCED);
        assertThat(waiting).hasSize(1);
        restart(Runnable::run);
        fencing.look(FENCED);

        assertThat(runs).isOne();
    }

    @Test
    void aServerThatIsNoPrimaryRunsNothing() {
        fencing.look(new Seen(false, false, false, 1));
        fencing.look(WELL);

        assertThat(runs).isZero();
    }

    /** The loop goes on while the command runs, and while a disk takes no note of it. */
    @Test
    void looksWaitForNeitherCommandNorDisk() {
        restart(waiting::add);
        fencing.look(FENCED);

        assertThat(runs).isZero();
        assertThat(folder).isEmptyDirectory();
        waiting.get(0).run();
        assertThat(runs).isOne();
        assertThat(folder).isNotEmptyDirectory();
    }
}

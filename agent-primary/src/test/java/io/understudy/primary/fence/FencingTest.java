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
    private static final Seen FENCED = new Seen(true, false, 1, Optional.empty());
    private static final Seen WELL = new Seen(false, true, 1, Optional.empty());
    private static final Seen CUT_OFF = new Seen(
            false,
            true,
            1,
            Optional.of(new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cannot read", "wait")));

    @TempDir
    private Path folder;

    private final FakeTicker time = new FakeTicker();
    private final List<Event> events = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private int runs;
    private Optional<Duration> lease = Optional.empty();
    private Optional<RuntimeException> failure = Optional.empty();
    private Fencing fencing;

    @BeforeEach
    void build() {
        restart(Runnable::run);
    }

    private void restart(java.util.concurrent.Executor worker) {
        fencing = new Fencing(
                Optional.of(this::stop),
                lease,
                Fencing.note(folder),
                worker,
                new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(1), new Random(1)),
                new Events(time.clock(), (event, at) -> events.add(event)),
                time.clock(),
                time);
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
        fencing.look(new Seen(false, true, 3, Optional.empty()));
        fencing.look(new Seen(true, false, 3, Optional.empty()));

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
    void keepsTheSiteWhileNoFilestoreAnswersUnlessALeaseIsSet() {
        fencing.look(CUT_OFF);
        time.advance(Duration.ofDays(30));
        fencing.look(CUT_OFF);

        assertThat(runs).isZero();
    }

    @Test
    void stopsTheSiteWhenTheLeaseIsOverAndSaysWhenItMayStartAgain() {
        lease = Optional.of(Duration.ofMinutes(15));
        restart(Runnable::run);
        fencing.look(CUT_OFF);
        time.advance(Duration.ofMinutes(14));
        fencing.look(WELL);
        fencing.look(CUT_OFF);
        time.advance(Duration.ofMinutes(14));
        fencing.look(CUT_OFF);
        assertThat(runs).isZero();
        time.advance(Duration.ofMinutes(1));
        fencing.look(CUT_OFF);
        fencing.look(CUT_OFF);
        assertThat(runs).isOne();
        restart(Runnable::run);
        fencing.look(CUT_OFF);
        time.advance(Duration.ofMinutes(15));
        fencing.look(CUT_OFF);
        assertThat(runs).isOne();
        fencing.look(WELL);
        fencing.look(WELL);

        assertThat(said()).containsExactly("lease_expired", "lease_regained");
    }

    @Test
    void aServerWithoutEpochHasNoLease() {
        lease = Optional.of(Duration.ofMinutes(15));
        restart(Runnable::run);
        Seen none = new Seen(false, true, 0, CUT_OFF.failure());
        fencing.look(none);
        time.advance(Duration.ofHours(1));
        fencing.look(none);

        assertThat(runs).isZero();
    }

    @Test
    void anotherFailureThanOfTheFilestoreEndsNoLease() {
        lease = Optional.of(Duration.ofMinutes(15));
        restart(Runnable::run);
        Seen other = new Seen(
                false, true, 1, Optional.of(new UnderstudyException(ErrorCode.FILE_FAILED, "cannot look", "mount")));
        fencing.look(other);
        time.advance(Duration.ofHours(1));
        fencing.look(other);

        assertThat(runs).isZero();
    }

    /** A disk that fails in between is no answer of a filestore. */
    @Test
    void anotherFailureNeitherEndsTheCountNorGivesTheLeaseBack() {
        lease = Optional.of(Duration.ofMinutes(15));
        restart(Runnable::run);
        Seen other = new Seen(
                false, true, 1, Optional.of(new UnderstudyException(ErrorCode.FILE_FAILED, "cannot look", "mount")));
        fencing.look(CUT_OFF);
        time.advance(Duration.ofMinutes(10));
        fencing.look(other);
        time.advance(Duration.ofMinutes(6));
        fencing.look(CUT_OFF);
        assertThat(runs).isOne();

        fencing.look(other);
        assertThat(said()).doesNotContain("lease_regained");
        fencing.look(WELL);
        assertThat(said()).contains("lease_regained");
    }
}

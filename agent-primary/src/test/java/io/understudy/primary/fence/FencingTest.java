package io.understudy.primary.fence;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.fence.Fencing.Seen;
import io.understudy.primary.testing.StoppableSite;
import io.understudy.testing.FakeTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FencingTest {
    private static final Seen FENCED = new Seen(true, false, false, 1);
    private static final Seen WELL = new Seen(false, true, false, 1);

    @TempDir
    private Path folder;

    private StoppableSite site;
    private Fencing fencing;

    @BeforeEach
    void build() {
        site = new StoppableSite(folder, new FakeTicker());
        restart(Runnable::run);
    }

    private void restart(Executor worker) {
        fencing = new Fencing(site.stopping(worker), Optional.empty());
    }

    @Test
    void stopsTheSiteOnceForAnEpochThatIsOverAlsoAcrossRestarts() {
        fencing.look(WELL);
        fencing.look(FENCED);
        fencing.look(FENCED);
        restart(Runnable::run);
        fencing.look(FENCED);

        assertThat(site.stops).isOne();
        assertThat(site.said()).containsExactly("fenced_site_stopped");
    }

    /** It came back as a standby, and somebody removed the marker. */
    @Test
    void aServerThatWasAStandbySinceIsStoppedOnceMore() {
        fencing.look(FENCED);
        fencing.look(new Seen(false, false, false, 1));
        fencing.look(FENCED);
        fencing.look(FENCED);

        assertThat(site.stops).isEqualTo(2);
    }

    /** The host was started again, and its site with it, as any service. */
    @Test
    void aBootOfTheHostStopsItOnceMore() {
        fencing.look(FENCED);
        site.boot = Optional.of("the next boot");
        restart(Runnable::run);
        fencing.look(FENCED);
        fencing.look(FENCED);
        restart(Runnable::run);
        fencing.look(FENCED);

        assertThat(site.stops).isEqualTo(2);
        assertThat(site.said()).containsExactly("fenced_site_stopped", "fenced_site_stopped");
    }

    /** Where the operating system does not show the boot, nothing distinguishes it from a restart of the agent. */
    @Test
    void withoutANameOfTheBootAllAreOne() {
        site.boot = Optional.empty();
        restart(Runnable::run);
        fencing.look(FENCED);
        restart(Runnable::run);
        fencing.look(FENCED);

        assertThat(site.stops).isOne();
    }

    /** As that of an earlier version: the site may have been started by a boot since. */
    @Test
    void aNoteThatNamesNoBootStopsItOnceMore() {
        site.boot = Optional.empty();
        restart(Runnable::run);
        fencing.look(FENCED);
        site.boot = Optional.of("a boot");
        restart(Runnable::run);
        fencing.look(FENCED);
        fencing.look(FENCED);

        assertThat(site.stops).isEqualTo(2);
    }

    @Test
    void theNextEpochThatIsOverStopsItAgain() {
        fencing.look(FENCED);
        fencing.look(new Seen(false, true, false, 3));
        fencing.look(new Seen(true, false, false, 3));

        assertThat(site.stops).isEqualTo(2);
    }

    @Test
    void aCommandThatFailsIsTriedAgainAfterGrowingPauses() {
        site.failure = Optional.of(new UnderstudyException(ErrorCode.COMMAND_FAILED, "cannot stop", "look"));
        fencing.look(FENCED);
        fencing.look(FENCED);
        assertThat(site.stops).isOne();
        site.time.advance(Duration.ofSeconds(2));
        fencing.look(FENCED);
        assertThat(site.stops).isEqualTo(2);
        site.time.advance(Duration.ofSeconds(1));
        fencing.look(FENCED);
        assertThat(site.stops).isEqualTo(2);
        site.failure = Optional.empty();
        site.time.advance(Duration.ofMinutes(1));
        fencing.look(FENCED);
        fencing.look(FENCED);

        assertThat(site.stops).isEqualTo(3);
        assertThat(site.said()).containsExactly("fenced_site_runs", "fenced_site_runs", "fenced_site_stopped");
    }

    @Test
    void aDefectInTheCommandIsReportedAndTriedAgain() {
        site.failure = Optional.of(new IllegalStateException("a defect"));
        fencing.look(FENCED);
        site.failure = Optional.empty();
        site.time.advance(Duration.ofMinutes(1));
        fencing.look(FENCED);
        site.time.advance(Duration.ofMinutes(1));
        fencing.look(FENCED);

        assertThat(site.said()).containsExactly("defect", "fenced_site_stopped");
    }

    @Test
    void aCommandThatDiedWithTheAgentRunsAgain() {
        restart(site.waiting::add);
        fencing.look(FENCED);
        fencing.look(FENCED);
        assertThat(site.waiting).hasSize(1);
        restart(Runnable::run);
        fencing.look(FENCED);

        assertThat(site.stops).isOne();
    }

    @Test
    void aServerThatIsNoPrimaryRunsNothing() {
        fencing.look(new Seen(false, false, false, 1));
        fencing.look(WELL);

        assertThat(site.stops).isZero();
    }

    /** The loop goes on while the command runs, and while a disk takes no note of it. */
    @Test
    void looksWaitForNeitherCommandNorDisk() {
        restart(site.waiting::add);
        fencing.look(FENCED);

        assertThat(site.stops).isZero();
        assertThat(folder).isEmptyDirectory();
        site.waiting.get(0).run();
        assertThat(site.stops).isOne();
        assertThat(folder).isNotEmptyDirectory();
    }
}

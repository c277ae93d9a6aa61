package io.understudy.primary.fence;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.fence.FencedNote.Reason;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import io.understudy.testing.FakeTicker;
import io.understudy.time.Backoff;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What starts the site must see that on_fenced stops it, from before that until the site may run again. */
class SiteStoppingTest {
    @TempDir
    private Path state;

    private final FakeTicker time = new FakeTicker();
    private StateFile<FencedNote> file;
    private Runnable command = () -> {};
    private Optional<String> boot = Optional.of("a boot");
    private int runs;

    @BeforeEach
    void folder() {
        file = SiteStopping.note(state);
    }

    private SiteStopping agent() {
        return new SiteStopping(
                Optional.of(() -> {
                    runs++;
                    command.run();
                }),
                file,
                Runnable::run,
                new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(1), new Random(1)),
                boot,
                Events.none(),
                time.clock(),
                time);
    }

    private static void stop(SiteStopping site) {
        site.stop(1, Reason.LEASE, new PrimaryEvent.LeaseExpired(1, Duration.ofMinutes(15)));
    }

    private static void failing() {
        throw new UnderstudyException(ErrorCode.COMMAND_FAILED, "cannot stop the site", "look");
    }

    @Test
    void itIsNotedBeforeTheCommandRunsAndByTheSameTimeBehindIt() {
        FencedNote[] begun = new FencedNote[1];
        command = () -> {
            begun[0] = file.read().orElseThrow();
            assertThat(begun[0].hasEndedIn(boot)).isFalse();
            time.advance(Duration.ofSeconds(20));
        };
        stop(agent());
        FencedNote ended = file.read().orElseThrow();
        assertThat(ended.hasEndedIn(boot)).isTrue();
        assertThat(ended.when()).isEqualTo(begun[0].when());
    }

    /** As one that was killed with the agent. */
    @Test
    void oneThatHasNotEndedRunsAgain() {
        command = SiteStoppingTest::failing;
        stop(agent());
        command = () -> {};
        SiteStopping next = agent();
        stop(next);
        stop(next);
        stop(agent());
        assertThat(runs).as("one that has ended does not").isEqualTo(2);
    }

    /** The filestore answers again: nothing keeps a snapshot from starting the site that it stops. */
    @Test
    void theNoteOfOneThatHasNotEndedGoesWithTheLease() {
        command = SiteStoppingTest::failing;
        SiteStopping site = agent();
        stop(site);
        assertThat(file.exists()).isTrue();
        assertThat(site.forget(1, Reason.LEASE)).as("it was not stopped").isFalse();
        assertThat(file.exists()).isFalse();

        time.advance(Duration.ofHours(1));
        stop(site);
        assertThat(file.exists()).isTrue();
        agent().forget(1, Reason.LEASE);
        assertThat(file.exists()).as("that of a killed agent").isFalse();
    }

    @Test
    void theCommandRunsWhereThatCannotBeNoted() throws IOException {
        Files.createDirectories(StateEntry.FENCED.in(state).resolve("in the way"));
        stop(agent());
        assertThat(runs).isEqualTo(1);
    }
}

package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.ProcessLock;
import io.understudy.primary.quiesce.SiteTurn;
import io.understudy.primary.quiesce.StoppedForGood;
import io.understudy.repository.EpochStore;
import io.understudy.site.SiteService;
import io.understudy.state.StateEntry;
import io.understudy.testing.FakeTicker;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The site of a switchover that goes back, and a snapshot that has it stopped or starts it in the same moment. */
class SiteOfPrimaryTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final FakeTicker time = new FakeTicker();
    private final List<String> calls = new ArrayList<>();

    private final class Recorded implements SiteService {
        @Override
        public void stop() {
            calls.add("stop");
        }

        @Override
        public void restart() {
            calls.add("restart");
        }

        @Override
        public void prove() {}

        @Override
        public boolean healthy() {
            return true;
        }
    }

    private StoppedForGood forGood() {
        return new StoppedForGood(folder, new EpochStore(folder), time.clock());
    }

    private SiteOfPrimary site(Ticker ticker) {
        return new SiteOfPrimary(new Recorded(), forGood(), Optional.of(new SiteTurn(folder, LIMIT, ticker)));
    }

    private Path lock() {
        return StateEntry.QUIESCE_SITE_LOCK.in(folder);
    }

    /** An attempt that found the marker, which is gone by now, stops the site at its end. */
    @Test
    void itIsStartedBehindAnAttemptThatEndsWithAStop() {
        ProcessLock attempt = ProcessLock.tryAcquire(lock()).orElseThrow();
        forGood().note();

        site(new Ending(time, () -> {
                    calls.add("end of the attempt");
                    attempt.close();
                }))
                .restart();

        assertThat(calls).containsExactly("end of the attempt", "restart");
        assertThat(forGood().isSo()).isFalse();
        ProcessLock.tryAcquire(lock()).orElseThrow().close();
    }

    /** Not longer than a command may take: the site comes first. */
    @Test
    void itIsStartedWhereAnAttemptDoesNotEnd() {
        ProcessLock attempt = ProcessLock.tryAcquire(lock()).orElseThrow();
        long begun = time.nanos();
        site(time).restart();
        assertThat(calls).containsExactly("restart");
        assertThat(time.since(begun)).isBetween(LIMIT, LIMIT.plusSeconds(11));
        attempt.close();
    }

    @Test
    void norIsItLeftStoppedForALockThatCannotBeMade() throws IOException {
        Files.createDirectories(lock());
        site(time).restart();
        assertThat(calls).containsExactly("restart");
    }

    /** Time in which something ends at the first pause. */
    private record Ending(Ticker time, Runnable end) implements Ticker {
        @Override
        public long nanos() {
            return time.nanos();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            end.run();
            time.sleep(duration);
        }
    }
}

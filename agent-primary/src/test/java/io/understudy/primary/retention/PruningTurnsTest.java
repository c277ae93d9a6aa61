package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.primary.capture.DeletionLock;
import io.understudy.state.StateEntry;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Operation;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pruning while a snapshot, another pruning, an interrupt or a slow store comes in between. */
class PruningTurnsTest extends FiveHourlySnapshots {
    @Test
    void oneAtATime() {
        ProcessLock held =
                ProcessLock.tryAcquire(StateEntry.PRUNE_LOCK.in(server.state)).orElseThrow();
        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.LOCKED);
        held.close();
        prune();
    }

    @Test
    void deletesNoContentWhileASnapshotIsTaken() {
        time.advance(GRACE);
        List<Integer> blobs = new ArrayList<>();
        ProcessLock snapshot =
                new DeletionLock(server.state, time).forDeletion().orElseThrow();
        Server waiting = server(sleeping(() -> {
            blobs.add(whole.blobs().size());
            if (blobs.size() == 3) {
                snapshot.close();
            }
        }));

        waiting.prune(LAST_TWO);

        // Three looks a second apart, and one pause when all was done.
        assertThat(blobs).hasSize(4);
        assertThat(blobs.subList(0, 3)).containsOnly(blobs.get(0));
        assertThat(blobs.get(3)).isEqualTo(blobs.get(0) - 18);
    }

    @Test
    void aSnapshotWaitsForTheTurnToEndAndGivesUpAfterAMinute() {
        DeletionLock lock = new DeletionLock(server.state, time);
        ProcessLock turn = lock.forDeletion().orElseThrow();
        UnderstudyException busy = failure(() -> server.take("hourly"));
        assertThat(busy.code()).isEqualTo(ErrorCode.LOCKED);
        assertThat(busy).hasMessageContaining("is deleting content");

        int[] looks = {0};
        Server waiting = server(sleeping(() -> {
            if (++looks[0] == 5) {
                turn.close();
            }
        }));
        waiting.take("hourly");
        assertThat(looks[0]).isEqualTo(5);
        assertThat(lock.forDeletion()).hasValueSatisfying(ProcessLock::close);
    }

    @Test
    void anInterruptStopsIt() {
        time.advance(GRACE);
        hook(Operation.LIST, "blobs/", () -> Thread.currentThread().interrupt());

        assertThat(failure(this::prune).code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(Thread.interrupted()).isTrue();
        whole.check();
        prune();
        assertThat(whole.blobs()).isEqualTo(whole.needed());
    }

    @Test
    void aLargeSweepTakesTurns() {
        server.words(
                java.util.stream.IntStream.range(0, 1100).mapToObj(i -> "w" + i).toArray(String[]::new));
        server.take("hourly");
        for (int i = 0; i < 2; i++) {
            server.words("few");
            server.take("hourly");
            time.advance(Duration.ofHours(1));
        }
        time.advance(GRACE);
        int pauses = time.pauses().size();

        SweepResult swept = prune().swept();

        assertThat(swept.blobs()).isGreaterThan(1100);
        assertThat(time.pauses().size() - pauses).isEqualTo(2);
        assertThat(whole.blobs()).isEqualTo(whole.needed());
    }

    @Test
    void aSlowStoreMakesTurnsShort() {
        time.advance(GRACE);
        filestore.inject((operation, key) -> operation == Operation.DELETE && key.startsWith("blobs/")
                ? new Faults.Delay(Duration.ofMillis(400))
                : new Faults.None());

        assertThat(prune().swept().blobs()).isEqualTo(18);
        // Three deletions fill a second.
        assertThat(time.pauses().stream().filter(Duration.ofMillis(100)::equals))
                .hasSize(6);
    }

    /** The test's time, in which something happens during each sleep. */
    private Ticker sleeping(Runnable during) {
        return new Ticker() {
            @Override
            public long nanos() {
                return time.nanos();
            }

            @Override
            public void sleep(Duration pause) throws InterruptedException {
                during.run();
                time.sleep(pause);
            }
        };
    }
}

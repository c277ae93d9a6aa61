package io.understudy.replica.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replica.events.ReplicaEvent;
import io.understudy.repository.SnapshotId;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AfterImportTest {
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    private final AtomicInteger woken = new AtomicInteger();
    private final AfterImport after = new AfterImport(woken::incrementAndGet);

    @Test
    void wakesTheDaemonOnceBehindARoundThatMadeSomethingLive() {
        after.receive(
                new ReplicaEvent.SnapshotApplied(
                        new SnapshotId(1, 1), Optional.of(NOW), Optional.of(NOW), Optional.empty()),
                NOW);
        assertThat(woken).hasValue(0);

        after.receive(new ReplicaEvent.RoundEnded(), NOW);
        assertThat(woken).hasValue(1);

        after.receive(new ReplicaEvent.RoundEnded(), NOW);
        assertThat(woken).hasValue(1);
    }
}

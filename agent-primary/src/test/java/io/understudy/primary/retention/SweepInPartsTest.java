package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.primary.capture.DeletionLock;
import io.understudy.progress.Progress;
import io.understudy.repository.ReferencedBlobs;
import io.understudy.repository.Repository;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A repository of more blobs than are held in memory is swept range by range of their names. */
class SweepInPartsTest extends FiveHourlySnapshots {
    private Repository repository;

    @BeforeEach
    void onlyTwoAreLeft() {
        repository = server.repository();
        for (int sequence = 1; sequence <= 3; sequence++) {
            repository.delete(id(sequence));
        }
        time.advance(GRACE);
        assertThat(whole.blobs()).hasSizeGreaterThan(whole.needed().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 1000})
    void deletesWhatNoSnapshotNamesAndNothingElse(int held) {
        long unneeded = (long) whole.blobs().size() - whole.needed().size();
        Instant before = time.now();

        GarbageCollector asked = collector(held);
        asked.mark(repository.list(), Progress.none());
        assertThat(asked.estimate(before, Progress.none()).blobs()).isEqualTo(unneeded);

        assertThat(collector(held).sweep(before, before, Progress.none()).blobs())
                .isEqualTo(unneeded);
        assertThat(whole.blobs()).isEqualTo(whole.needed());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void aSnapshotThatComesInBetweenCountsInAllParts(int held) {
        GarbageCollector collector = collector(held);
        collector.mark(repository.list(), Progress.none());
        server.words("common", "word 1", "late");
        server.take("hourly");
        time.advance(GRACE);
        collector.sweep(time.now(), time.now(), Progress.none());
        assertThat(whole.blobs()).isEqualTo(whole.needed());
        whole.check();
    }

    private GarbageCollector collector(int held) {
        return new GarbageCollector(
                repository,
                new ReferencedBlobs(repository, repository.blobs(), held),
                repository::list,
                new DeletionLock(server.state, time),
                () -> {},
                time);
    }
}

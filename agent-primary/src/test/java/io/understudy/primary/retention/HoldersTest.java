package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.filestore.Content;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.SnapshotId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reports are not signed: what anyone who may write into the filestore can hold by them has bounds. */
class HoldersTest extends FiveHourlySnapshots {
    @Test
    void onlyListedReplicasHoldSnapshots() {
        server.replicas = List.of("b.example.net", "c");
        report("b", id(1));
        report("c", id(2));
        report("forged", id(3));

        prune();

        assertThat(snapshots()).containsExactly(id(1), id(2), id(4), id(5));
    }

    @Test
    void junkOfAnUnlistedNameStopsNoPruning() {
        server.replicas = List.of("b");
        filestore.put("replicas/x.json", Content.of(new byte[100_000]));

        prune();

        assertThat(snapshots()).containsExactly(id(4), id(5));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReportHoldsForAWhileAndNoLonger(boolean listed) {
        server.replicas = listed ? List.of("b") : List.of();
        report("b", id(1));
        Duration hold = RetentionSettings.DEFAULT.hold();

        time.advance(hold.minusDays(2));
        prune();
        assertThat(snapshots()).containsExactly(id(1), id(4), id(5));
        time.advance(Duration.ofDays(3));
        // It is decided by the time of the pruning before: no jump of a clock deletes anything at once.
        prune();
        assertThat(snapshots()).containsExactly(id(1), id(4), id(5));
        prune();
        assertThat(snapshots()).containsExactly(id(4), id(5));
    }

    /** A file's time is easily set. */
    @Test
    void aReportOfTheFutureHoldsNothing() {
        time.advance(Duration.ofDays(400));
        report("b", id(1));
        time.advance(Duration.ofDays(-400));

        prune();

        assertThat(snapshots()).containsExactly(id(4), id(5));
    }

    @Test
    void noReplicaHoldsAllSnapshots() {
        List<SnapshotId> many =
                IntStream.range(0, 200).mapToObj(i -> id(900 + i)).toList();
        List<SnapshotId> holds = java.util.stream.Stream.concat(many.stream(), java.util.stream.Stream.of(id(1)))
                .toList();
        server.repository()
                .reports()
                .write(new ReplicaReport(
                        "b",
                        Optional.empty(),
                        Optional.empty(),
                        holds,
                        Optional.empty(),
                        time.now(),
                        "0.1.0",
                        Optional.empty(),
                        Optional.empty()));

        prune();

        assertThat(snapshots()).containsExactly(id(4), id(5));
    }
}

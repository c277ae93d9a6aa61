package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.browse.HoldingReader;
import io.understudy.browse.ReadHold;
import io.understudy.browse.RepositoryReader;
import io.understudy.browse.SnapshotReader;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Content;
import io.understudy.repository.ReplicaReports;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a command reads stays while it reads it, whatever retention does in between. */
class ReadHoldTest extends FiveHourlySnapshots {
    private final List<String> remarks = new ArrayList<>();

    private SnapshotReader reader(String name) {
        return new HoldingReader(
                new RepositoryReader(() -> server.repository()),
                snapshots -> new ReadHold(
                        name,
                        snapshots,
                        folder.resolve("reading"),
                        () -> server.repository().reports(),
                        time.clock()));
    }

    private void reading(String name, SnapshotId snapshot, Runnable meanwhile) {
        SnapshotReader reader = reader(name);
        reader.held(List.of(snapshot), remarks::add, () -> {
            SnapshotReader.Opened opened = reader.open(snapshot);
            meanwhile.run();
            return opened;
        });
    }

    @Test
    void whatIsReadStaysWithItsContentUntilItHasBeenRead() {
        time.advance(GRACE);
        reading("a", id(1), () -> {
            prune();
            assertThat(snapshots()).containsExactly(id(1), id(4), id(5));
            // Every blob of the snapshot that is read, and of the others, is there and sound.
            whole.check();
        });
        assertThat(remarks).isEmpty();

        prune();
        assertThat(snapshots()).containsExactly(id(4), id(5));
    }

    @Test
    void aCommandThatBeginsWhileContentIsMarkedHoldsWhatItReads() {
        time.advance(GRACE);
        hook(
                Operation.PUT,
                "retention.json",
                () -> server.repository().reports().writeReading(ReadHolds.of("a", id(2), time.now()), 1));

        prune();

        assertThat(snapshots()).containsExactly(id(2), id(4), id(5));
        whole.check();
    }

    @Test
    void whatAKilledCommandLeftHoldsForADay() {
        server.repository().reports().writeReading(ReadHolds.of("a", id(1), time.now()), 1);
        time.advance(ReplicaReports.READ.minusMinutes(1));
        prune();
        assertThat(snapshots()).containsExactly(id(1), id(4), id(5));

        time.advance(Duration.ofMinutes(2));
        // It is decided by the time of the pruning before: no jump of a clock deletes anything at once.
        prune();
        assertThat(snapshots()).containsExactly(id(1), id(4), id(5));
        prune();
        assertThat(snapshots()).containsExactly(id(4), id(5));
    }

    @Test
    void onlyCommandsOfThisServerAndOfListedReplicasHold() {
        server.replicas = List.of("b.example.net");
        ReplicaReports reports = server.repository().reports();
        reports.writeReading(ReadHolds.of("a", id(1), time.now()), 4);
        reports.writeReading(ReadHolds.of("b", id(2), time.now()), 1);
        reports.writeReading(ReadHolds.of("forged", id(3), time.now()), 1);
        filestore.put("replicas/b.9.reading", Content.of(new byte[100_000]));

        prune();

        assertThat(snapshots()).containsExactly(id(1), id(2), id(4), id(5));
    }

    @Test
    void noStandbyIsSeenInWhatCommandsRead() {
        reading(
                "b",
                id(1),
                () -> assertThat(server.repository().reports().requireAll()).isEmpty());
    }

    @Test
    void whatCannotBeHeldIsReadAllTheSameAndSaysSo() {
        reading(
                "a",
                id(1),
                () -> reading(
                        "a",
                        id(1),
                        () -> reading("a", id(1), () -> reading("a", id(1), () -> reading("a", id(1), () -> {})))));
        filestore.inject(Faults.first(
                Operation.PUT, key -> key.endsWith(".reading"), new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        reading("a", id(1), () -> {});
        filestore.inject(
                Faults.first(Operation.PUT, key -> key.endsWith(".reading"), new Fail(ErrorCode.FILESTORE_DENIED)));
        reading("a", id(1), () -> {});

        assertThat(remarks).hasSize(3).allMatch(each -> each.contains("retention may delete what is read"));
        assertThat(remarks.get(0)).endsWith("4 commands of this server read already");
        assertThat(remarks.get(2)).endsWith("this server may not write into replicas/");
    }
}

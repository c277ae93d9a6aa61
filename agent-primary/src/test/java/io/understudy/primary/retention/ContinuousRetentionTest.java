package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.ReplicaReport;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Continuous snapshots that are deleted between two prunings. */
class ContinuousRetentionTest {
    @TempDir
    private Path folder;

    private PrimaryFixture primary;
    private SnapshotTaker taker;
    private ContinuousRetention retention;
    private final List<Event> events = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();

    private Supplier<Repository> opened;

    @BeforeEach
    void build() {
        primary = new PrimaryFixture(folder);
        opened = () -> primary.repository;
        start(true);
        taker.take(SnapshotRequest.of(List.of("hourly")), Progress.none());
    }

    private void start(boolean automatic) {
        Events sinks = new Events(primary.time.clock(), (event, at) -> {
            events.add(event);
            if (event instanceof PrimaryEvent.SnapshotCommitted committed) {
                retention.committed(committed.manifest());
            }
        });
        taker = primary.taker(sinks);
        RetentionSettings settings = new RetentionSettings(
                Map.of("hourly", 24), Duration.ofMinutes(10), 1, Duration.ofHours(24), Duration.ofDays(90), automatic);
        retention = new ContinuousRetention(host(), RetentionRules.same(settings), sinks);
    }

    private Pruning.Host host() {
        return new Pruning.Host(
                "a",
                primary.state,
                primary.marker,
                primary.epochs,
                () -> opened.get(),
                primary.time.clock(),
                ZoneOffset.UTC,
                List.of(),
                primary.time);
    }

    @Test
    void deletesWhatIsOlderThanTheNewestMomentAllows() {
        continuous(30);
        assertThat(retention.isDue()).isTrue();
        retention.delete();
        // The newest is of minute 30; the hourly one stays, whatever its age.
        assertThat(primary.repository.list()).containsExactlyElementsOf(ids(1, 21, 31));
        assertThat(retention.isDue()).isFalse();
        primary.time.advance(Duration.ofHours(5));
        retention.delete();
        assertThat(primary.repository.list()).as("time alone deletes nothing").hasSize(12);
        assertThat(events)
                .filteredOn(PrimaryEvent.ContinuousDeleted.class::isInstance)
                .containsExactly(new PrimaryEvent.ContinuousDeleted(19, new SnapshotId(1, 20)));
    }

    @Test
    void deletesNoneBecauseTheClockWasSetBack() {
        continuous(3);
        primary.time.advance(Duration.ofHours(-2));
        continuous(3);
        retention.delete();
        assertThat(primary.repository.list()).containsExactlyElementsOf(ids(1, 2, 7));
        continuous(30);
        retention.delete();
        assertThat(primary.repository.list())
                .as("of before, and of the last ten minutes")
                .containsExactlyElementsOf(IntStream.concat(IntStream.rangeClosed(1, 4), IntStream.rangeClosed(27, 37))
                        .mapToObj(sequence -> new SnapshotId(1, sequence))
                        .toList());
    }

    @Test
    void keepsWhatAReplicaNames() {
        continuous(30);
        report(3, 5, 7);
        retention.delete();
        assertThat(primary.repository.list())
                .contains(new SnapshotId(1, 3), new SnapshotId(1, 5), new SnapshotId(1, 7));
        assertThat(primary.repository.list()).hasSize(12 + 3);
        report(30, 30, 31);
        retention.delete();
        assertThat(primary.repository.list()).as("and no longer").hasSize(12);
    }

    @Test
    void readsNoManifestAndListsNone() {
        continuous(30);
        primary.filestore.inject((operation, key) -> {
            requests.add(operation + " " + key);
            return new Faults.None();
        });
        retention.delete();
        assertThat(requests)
                .noneMatch(each -> each.startsWith("OPEN manifests/") || each.startsWith("LIST manifests/"))
                .filteredOn(each -> each.startsWith("DELETE"))
                .hasSize(19);
    }

    @Test
    void aServerThatMayNotDeleteLeavesThem() {
        continuous(30);
        primary.enterBackupMode();
        retention.delete();
        assertThat(primary.repository.list()).hasSize(31);
        primary.marker.remove();
        primary.promoteAnother(2);
        retention.delete();
        assertThat(primary.repository.list()).hasSize(31);
        assertThat(events)
                .filteredOn(PrimaryEvent.ContinuousStay.class::isInstance)
                .hasSize(2);
    }

    @Test
    void aRepositoryThatCannotBeOpenedYetIsReportedAndAskedAMinuteLater() {
        continuous(30);
        opened = () -> {
            throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cannot reach understudy.json", "wait");
        };

        retention.delete();

        assertThat(retention.isDue()).isFalse();
        assertThat(events)
                .filteredOn(PrimaryEvent.ContinuousStay.class::isInstance)
                .hasSize(1);
        opened = () -> primary.repository;
        retention.delete();
        assertThat(primary.repository.list()).hasSize(12);
    }

    @Test
    void withoutAutomaticRetentionTheyStay() {
        start(false);
        continuous(30);
        assertThat(retention.isDue()).isFalse();
        retention.delete();
        assertThat(primary.repository.list()).hasSize(31);
    }

    /** What failed is deleted the next time, and no snapshot that is gone counts as one that is missing. */
    @Test
    void goesOnAfterAFailure() {
        continuous(30);
        primary.filestore.inject((operation, key) -> operation == Operation.DELETE && key.endsWith("07.json")
                ? new Fail(ErrorCode.FILESTORE_UNREACHABLE)
                : new Faults.None());
        retention.delete();
        assertThat(primary.repository.list()).hasSize(31 - 5);
        primary.filestore.inject(Faults.none());
        retention.delete();
        assertThat(primary.repository.list()).hasSize(12);
        RetentionSettings all = new RetentionSettings(Map.of("hourly", 24), 1, Duration.ofHours(24), true);
        new Pruning(host(), RetentionRules.same(all), Events.none()).prune(Progress.none());
        assertThat(primary.repository.list()).as("an hour of them").hasSize(12);
    }

    private void continuous(int count) {
        for (int i = 0; i < count; i++) {
            primary.time.advance(Duration.ofMinutes(1));
            primary.database.rows("1\trow " + i);
            Manifest taken =
                    taker.takeIfChanged(Progress.none()).taken().orElseThrow().manifest();
            assertThat(taken.isContinuous()).isTrue();
        }
    }

    private void report(int proven, int applied, int held) {
        Instant now = primary.time.now();
        primary.repository
                .reports()
                .write(new ReplicaReport(
                        "b",
                        Optional.of(new SnapshotId(1, applied)),
                        Optional.of(new SnapshotId(1, proven)),
                        List.of(new SnapshotId(1, held)),
                        Optional.empty(),
                        now,
                        "0.1.0",
                        Optional.empty(),
                        Optional.empty()));
    }

    /** The first, and all from one to another. */
    private static List<SnapshotId> ids(int first, int from, int to) {
        return IntStream.concat(IntStream.of(first), IntStream.rangeClosed(from, to))
                .mapToObj(sequence -> new SnapshotId(1, sequence))
                .toList();
    }
}

package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.config.S3Options.Lock;
import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.events.Severity;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.ContentLock;
import io.understudy.primary.capture.Looked.Outcome;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Operation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot that is taken only if something changed. */
class ContinuousSnapshotTest {
    private static final SnapshotId FIRST = new SnapshotId(1, 1);
    private static final SnapshotId SECOND = new SnapshotId(1, 2);

    @TempDir
    private Path folder;

    private PrimaryFixture primary;
    private SnapshotTaker taker;
    private final List<String> requests = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();

    @BeforeEach
    void scheduled() {
        primary = new PrimaryFixture(folder);
        taker = primary.taker(new Events(primary.time.clock(), (event, at) -> events.add(event)));
        hourly();
        primary.filestore.inject((operation, key) -> {
            requests.add(operation + " " + key);
            return new Faults.None();
        });
    }

    @Test
    void nothingIsAskedOfTheFilestoreWhileNothingChanges() {
        for (int i = 0; i < 3; i++) {
            assertThat(look().outcome()).isEqualTo(Outcome.NOTHING_CHANGED);
        }
        assertThat(requests).isEmpty();
        assertThat(primary.database.captures()).isEqualTo(1);
    }

    @Test
    void followsTheNewestOneThatIsNot() {
        primary.database.rows("1\tfirst", "2\tsecond");
        Manifest taken = look().taken().orElseThrow().manifest();
        assertThat(taken.snapshot()).isEqualTo(SECOND);
        assertThat(taken.periods()).containsExactly(Manifest.CONTINUOUS);
        assertThat(taken.lastScheduled()).isEqualTo(FIRST);

        primary.database.rows("1\tfirst");
        assertThat(look().taken().orElseThrow().manifest().lastScheduled()).isEqualTo(FIRST);
        hourly();
        primary.database.rows("3\tthird");
        assertThat(look().taken().orElseThrow().manifest().lastScheduled()).isEqualTo(new SnapshotId(1, 4));
    }

    /** Of several filestores the one that has it may be away: a standby that finds it there later is to become live. */
    @Test
    void namesOneThatThisServerCommittedWhereTheFilestoreLacksIt() {
        hourly();
        primary.repository.delete(SECOND);
        primary.database.rows("1\tfirst", "2\tsecond");

        Manifest taken = look().taken().orElseThrow().manifest();

        assertThat(taken.snapshot()).isEqualTo(new SnapshotId(1, 3));
        assertThat(taken.lastScheduled()).isEqualTo(SECOND);
    }

    /** It is deleted within the hour; only what the next scheduled one uses of it stays. */
    @Test
    void isNotLockedWhereOthersAre() {
        primary.filestore.lockContent(new Lock(Duration.ofDays(30), false));
        primary.database.rows("1\tfirst", "2\tsecond");
        SnapshotId taken = look().taken().orElseThrow().manifest().snapshot();
        ContentLock lock = primary.filestore.lock().orElseThrow();
        assertThat(lock.until(taken.key())).isEmpty();
        assertThat(requests).noneMatch(request -> request.startsWith("LOCK"));
        hourly();
        assertThat(lock.until(new SnapshotId(1, 3).key())).isPresent();
    }

    @Test
    void aChangeThatIsNoneIsNoSnapshotAndIsSeenOnce() {
        primary.database.endElsewhere();
        assertThat(look().outcome()).isEqualTo(Outcome.NOTHING_CHANGED);
        assertThat(primary.database.captures()).isEqualTo(2);
        assertThat(requests).noneMatch(request -> request.startsWith("PUT"));
        assertThat(look().outcome()).isEqualTo(Outcome.NOTHING_CHANGED);
        assertThat(primary.database.captures()).isEqualTo(2);
        assertThat(primary.repository.list()).containsExactly(FIRST);
    }

    @Test
    void listsNoManifestsAndReadsNoneBehindItsOwn() {
        primary.database.rows("1\tother");
        look();
        requests.clear();
        primary.database.rows("1\tthird");
        assertThat(look().outcome()).isEqualTo(Outcome.TAKEN);
        assertThat(requests)
                .noneMatch(request -> request.startsWith("OPEN blobs/"))
                .noneMatch(request -> request.startsWith("OPEN manifests/"))
                // That of the fence, which finds only what is newer.
                .filteredOn(request -> request.startsWith("LIST manifests/"))
                .hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void aChangeOfATreeIsOne() throws IOException {
        Files.writeString(primary.media.resolve("b.txt"), "another");
        assertThat(look().outcome()).isEqualTo(Outcome.TAKEN);
        assertThat(look().outcome()).isEqualTo(Outcome.NOTHING_CHANGED);
        Files.delete(primary.media.resolve("b.txt"));
        assertThat(look().outcome()).isEqualTo(Outcome.TAKEN);
        Files.createDirectory(primary.media.resolve("folder"));
        assertThat(look().outcome()).isEqualTo(Outcome.TAKEN);
    }

    /** A row never names a file that its snapshot lacks. */
    @Test
    void aFileThatCameWithARowIsThere() {
        primary.database.rows("1\tb.txt");
        primary.database.moments(() -> {});
        primary.database.beforeMoments(() -> write("b.txt"));
        Manifest taken = look().taken().orElseThrow().manifest();
        assertThat(taken.totals().entries()).isEqualTo(2);
    }

    @Test
    void anotherProcessTookTheNewestOne() {
        primary.database.rows("1\tother");
        primary.taker(Events.none()).take(SnapshotRequest.of(List.of("manual")), Progress.none());
        primary.database.rows("1\tthird");
        Manifest taken = look().taken().orElseThrow().manifest();
        assertThat(taken.snapshot()).isEqualTo(new SnapshotId(1, 3));
        assertThat(taken.lastScheduled()).isEqualTo(SECOND);
    }

    @Test
    void theNewestOneWasRemovedByHand() {
        primary.database.rows("1\tother");
        look();
        primary.repository.delete(SECOND);
        primary.database.rows("1\tthird");
        Manifest taken = look().taken().orElseThrow().manifest();
        assertThat(taken.snapshot()).isEqualTo(new SnapshotId(1, 3));
        assertThat(taken.lastScheduled()).isEqualTo(FIRST);
    }

    /** What is damaged may be the last snapshot of the schedule: to name the one before would hide it. */
    @Test
    void theNewestOneIsDamaged() {
        primary.database.rows("1\tother");
        hourly();
        primary.filestore.put(SECOND.key(), Content.of("junk".getBytes(StandardCharsets.UTF_8)));
        taker = primary.taker(Events.none());
        primary.database.rows("1\tthird");
        assertThat(look().outcome()).isEqualTo(Outcome.NO_BASE);
        hourly();
        primary.database.rows("1\tfourth");
        assertThat(look().taken().orElseThrow().manifest().lastScheduled()).isEqualTo(new SnapshotId(1, 3));
    }

    /** It is there, and is read broken once: what names the one before would have a standby pass over it. */
    @Test
    void theNewestOneWasNotAnsweredAndIsNotRead() {
        primary.filestore.inject(
                (operation, key) -> key.startsWith("manifests/") && operation == Operation.PUT_IF_ABSENT
                        ? new Faults.LoseAcknowledgement(ErrorCode.FILESTORE_UNREACHABLE)
                        : new Faults.None());
        primary.database.rows("1\tother");
        assertThatThrownBy(this::hourly).isInstanceOf(UnderstudyException.class);
        assertThat(primary.repository.list()).containsExactly(FIRST, SECOND);
        primary.filestore.inject((operation, key) ->
                key.equals(SECOND.key()) && operation == Operation.OPEN ? new Faults.Truncate(10) : new Faults.None());
        taker = primary.taker(Events.none());
        primary.database.rows("1\tthird");
        assertThat(look().outcome()).isEqualTo(Outcome.NO_BASE);
        primary.filestore.inject(Faults.none());
        assertThat(look().taken().orElseThrow().manifest().lastScheduled()).isEqualTo(SECOND);
    }

    /** The schedule takes another one soon; what is taken after that follows it. */
    @Test
    void theNewestOneDidNotArrive() {
        primary.filestore.inject(
                (operation, key) -> key.startsWith("manifests/") && operation == Operation.PUT_IF_ABSENT
                        ? new Fail(ErrorCode.FILESTORE_UNREACHABLE)
                        : new Faults.None());
        primary.database.rows("1\tother");
        assertThatThrownBy(this::hourly).isInstanceOf(UnderstudyException.class);
        primary.filestore.inject(Faults.none());
        assertThat(look().outcome()).isEqualTo(Outcome.NO_BASE);
        hourly();
        primary.database.rows("1\tthird");
        assertThat(look().taken().orElseThrow().manifest().lastScheduled()).isEqualTo(new SnapshotId(1, 3));
    }

    @Test
    void whatOnlyHasTheNameOfANewerOneStopsNothing() {
        primary.filestore.put(new SnapshotId(1, 7).key(), Content.of("junk".getBytes(StandardCharsets.UTF_8)));
        taker = primary.taker(Events.none());
        primary.database.rows("1\tother");
        assertThat(look().taken().orElseThrow().manifest().lastScheduled()).isEqualTo(FIRST);
    }

    @Test
    void anEpochBeginsWithOneThatIsNotContinuous() {
        EpochClaim second =
                new EpochClaim(Optional.of(primary.repository.id()), 2, "a", primary.time.now(), "promote", "n");
        primary.repository.epochs().claim(second, primary.key);
        primary.epochs.hold(second);
        primary.database.rows("1\tother");
        assertThat(look().outcome()).isEqualTo(Outcome.NO_BASE);
        assertThat(primary.repository.list()).containsExactly(FIRST);
    }

    @Test
    void whatReliesOnNothingIsNotContinuous() {
        new FullSnapshotFlag(primary.state).raise("a blob is missing");
        assertThat(look().outcome()).isEqualTo(Outcome.NO_BASE);
        hourly();
        primary.database.rows("1\tother");
        assertThat(look().outcome()).isEqualTo(Outcome.TAKEN);
    }

    @Test
    void isRefusedInBackupModeAndWhenFenced() {
        primary.database.rows("1\tother");
        primary.promoteAnother(2);
        assertThatThrownBy(this::look).hasMessageContaining("epoch 2 was claimed by b");
        primary.enterBackupMode();
        assertThatThrownBy(this::look).hasMessageContaining("backup mode");
        assertThat(primary.repository.list()).containsExactly(FIRST);
    }

    /** What a snapshot that failed had read comes with the next one. */
    @Test
    void aFailureIsAnErrorOnceAndLosesNoChange() {
        primary.database.rows("1\tother");
        primary.filestore.inject(Faults.always(new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(this::look).isInstanceOf(UnderstudyException.class);
        }
        assertThat(events)
                .filteredOn(PrimaryEvent.ContinuousFailed.class::isInstance)
                .extracting(Event::severity)
                .containsExactly(Severity.ERROR, Severity.DEBUG, Severity.DEBUG);
        primary.filestore.inject(Faults.none());
        assertThat(look().outcome()).isEqualTo(Outcome.TAKEN);
        assertThat(events)
                .filteredOn(PrimaryEvent.SnapshotCommitted.class::isInstance)
                .extracting(Event::severity)
                .containsExactly(Severity.INFO, Severity.DEBUG);
    }

    @Test
    void aDefectIsReportedToo() {
        primary.database.rows("1\tother");
        primary.database.during(() -> {
            throw new NoClassDefFoundError("a defect");
        });
        assertThatThrownBy(this::look).hasMessageContaining("a defect");
        assertThat(events)
                .filteredOn(PrimaryEvent.ContinuousFailed.class::isInstance)
                .extracting(Event::severity)
                .containsExactly(Severity.ERROR);
    }

    /** The slot of change tracking knows what comes with the next snapshot: it must not advance before. */
    @Test
    void whatTheDatabaseLearnsOfTheCommitItLearnsBehindIt() {
        primary.database.endElsewhere();
        look();
        primary.database.rows("1\tother");
        primary.filestore.inject(
                (operation, key) -> key.startsWith("manifests/") && operation == Operation.PUT_IF_ABSENT
                        ? new Fail(ErrorCode.FILESTORE_UNREACHABLE)
                        : new Faults.None());
        assertThatThrownBy(this::look).isInstanceOf(UnderstudyException.class);
        assertThat(primary.database.notices())
                .containsExactly("intended " + FIRST, "committed", "unchanged " + FIRST, "intended " + SECOND);
        primary.filestore.inject(Faults.none());
        look();
        assertThat(primary.database.notices().subList(4, 6)).containsExactly("intended 00000001-00000003", "committed");
    }

    @Test
    void anOperatorCannotAskForOne() {
        assertThatThrownBy(() ->
                        SnapshotRequest.of(List.of("hourly", "continuous")).requireLabels())
                .hasMessageContaining("cannot label a snapshot")
                .satisfies(e -> assertThat(((UnderstudyException) e).hint()).contains("primary.continuous"));
    }

    private void hourly() {
        taker.take(SnapshotRequest.of(List.of("hourly")), Progress.none());
    }

    private Looked look() {
        return taker.takeIfChanged(Progress.none());
    }

    private void write(String name) {
        try {
            Files.writeString(primary.media.resolve(name), "upload");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

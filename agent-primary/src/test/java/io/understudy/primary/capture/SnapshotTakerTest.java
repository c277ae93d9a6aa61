package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.ProcessLock;
import io.understudy.filestore.Content;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Verification;
import io.understudy.repository.blob.BlobRef;
import io.understudy.state.StateEntry;
import io.understudy.testing.Faults;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.LoseAcknowledgement;
import io.understudy.testing.Faults.Operation;
import io.understudy.time.Ticker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotTakerTest {
    private static final SnapshotId FIRST = new SnapshotId(1, 1);
    private static final SnapshotId SECOND = new SnapshotId(1, 2);

    @TempDir
    Path folder;

    private final List<String> received = new ArrayList<>();
    private PrimaryFixture primary;

    private void receive(Event event, Instant at) {
        if (event instanceof PrimaryEvent.SnapshotBegan began) {
            received.add("began " + began.periods());
        } else if (event instanceof PrimaryEvent.SnapshotCommitted committed) {
            received.add("committed " + committed.manifest().snapshot());
        } else if (event instanceof PrimaryEvent.SnapshotFailed failed) {
            received.add("failed " + failed.stage().label() + " "
                    + failed.why().code().label());
        }
    }

    @BeforeEach
    void build() {
        primary = new PrimaryFixture(folder);
    }

    @Test
    void commitsTheDatabaseAndTheTrees() {
        Taken taken = take();

        Manifest manifest = primary.repository.read(FIRST);
        assertThat(manifest).isEqualTo(taken.manifest());
        assertThat(manifest.server()).isEqualTo("a");
        assertThat(manifest.periods()).containsExactly("manual");
        assertThat(manifest.totals().rows()).isEqualTo(1);
        assertThat(manifest.totals().entries()).isEqualTo(1);
        assertThat(manifest.totals().fileBytes()).isEqualTo(6);
        assertThat(manifest.totals().databaseBytes()).isEqualTo("archive".length() + "1\tfirst\n".length());
        assertThat(manifest.totals().storedBytes()).isEqualTo(manifest.totals().uploadedBytes());
        assertThat(taken.uploadedBlobs()).isEqualTo(7);
        assertThat(taken.reusedBytes()).isZero();
        assertThat(taken.committed()).isEqualTo(primary.time.now());
        assertThat(new Verification(2)
                        .verify(primary.repository, FIRST, Progress.none())
                        .blobs())
                .isEqualTo(7);
        assertThat(received).containsExactly("began [manual]", "committed 00000001-00000001");
    }

    /** Whatever a batch holds back, it is durable before the manifest names it. */
    @Test
    void commitsOnlyWhenAllBlobsAreDurable() {
        primary.filestore.holdBatches();
        primary.filestore.inject(
                Faults.first(Operation.PUT, key -> key.startsWith("blobs/"), new Fail(ErrorCode.FILESTORE_FAILED)));
        assertCode(this::take, ErrorCode.FILESTORE_FAILED);
        assertThat(primary.repository.list()).isEmpty();

        take();
        new Verification(2).verify(primary.repository, FIRST, Progress.none());
    }

    @Test
    void uploadsOnlyWhatChanged() {
        Taken first = take();
        primary.time.advance(Duration.ofDays(2));

        Taken unchanged = take();
        assertThat(unchanged.uploadedBlobs()).isZero();
        assertThat(unchanged.manifest().totals().uploadedBytes()).isZero();
        assertThat(unchanged.reusedBytes()).isEqualTo(first.manifest().totals().storedBytes());

        primary.database.rows("1\tfirst", "2\tsecond");
        assertThat(take().uploadedBlobs())
                .as("the row, the list of tables, the references")
                .isEqualTo(3);
    }

    @Test
    void goesOnCountingInAHigherEpoch() {
        take();
        EpochClaim next =
                new EpochClaim(Optional.of(primary.repository.id()), 2, "a", primary.time.now(), "promote", "n2");
        primary.repository.epochs().claim(next, primary.key);
        primary.epochs.hold(next);
        assertThat(take().manifest().snapshot()).isEqualTo(new SnapshotId(2, 2));
    }

    /** A replica may have applied it: another snapshot of that number would never be imported there. */
    @Test
    void givesNoNumberTwiceThoughTheNewestManifestIsGone() {
        take();
        take();
        primary.repository.delete(SECOND);

        assertThat(take().manifest().snapshot()).isEqualTo(new SnapshotId(1, 3));
    }

    /** Between the choice of the number and the manifest; however often, the snapshot gets one. */
    @Test
    void aNumberThatAStrangerTakesInTheSameMomentIsPassedOver() {
        AtomicInteger taken = new AtomicInteger();
        primary.filestore.inject((operation, key) -> {
            if (operation == Operation.PUT_IF_ABSENT && key.startsWith("manifests/") && taken.getAndIncrement() < 3) {
                primary.filestore.put(key, Content.of(new byte[] {'j'}));
            }
            return new Faults.None();
        });

        assertThat(take().manifest().snapshot()).isEqualTo(new SnapshotId(1, 4));
    }

    @Test
    void aNoteOfNumbersThatIsNotUnderstoodDoesNotStopSnapshots() throws Exception {
        Files.createDirectories(primary.state);
        Files.writeString(StateEntry.LAST_SEQUENCE.in(primary.state), "nonsense");

        assertThat(take().manifest().snapshot()).isEqualTo(FIRST);
    }

    @Test
    void refusesInBackupMode() {
        primary.enterBackupMode();
        refused(ErrorCode.BACKUP_MODE);
        assertThat(received).containsExactly("began [manual]", "failed prepare backup_mode");
        primary.marker.remove();
        take();
    }

    @Test
    void refusesWithoutTheHighestEpoch() {
        primary.promoteAnother(2);
        refused(ErrorCode.FENCED);
        assertThat(received).contains("failed prepare fenced");
    }

    @Test
    void refusesWithoutAnEpochOfThisRepository() {
        EpochStore none = new EpochStore(folder.resolve("elsewhere"));
        SnapshotTaker taker = taker(none);
        assertCode(() -> taker.take(SnapshotRequest.of(List.of("manual")), Progress.none()), ErrorCode.FENCED);
        none.hold(new EpochClaim(Optional.of(UUID.randomUUID()), 9, "a", primary.time.now(), "init", "n"));
        assertCode(() -> taker.take(SnapshotRequest.of(List.of("manual")), Progress.none()), ErrorCode.FENCED);
        assertThat(primary.repository.list()).isEmpty();
    }

    @Test
    void isFencedByAPromotionInTheMiddle() {
        primary.database.during(() -> primary.promoteAnother(2));
        refused(ErrorCode.FENCED);
        assertThat(received).contains("failed commit fenced");
        assertThat(primary.repository.list()).isEmpty();
    }

    @Test
    void doesNotCommitWhenTheMarkerAppearsInTheMiddle() {
        primary.database.during(primary::enterBackupMode);
        refused(ErrorCode.BACKUP_MODE);
        assertThat(primary.repository.list()).isEmpty();
    }

    @Test
    void takesOneAtATimeAndSaysWhoIsAtIt() {
        primary.database.during(() -> assertThatThrownBy(
                        () -> primary.taker(new Events(primary.time.clock(), this::receive))
                                .take(SnapshotRequest.of(List.of("hourly")), Progress.none()))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCKED))
                .hasMessageContaining("process " + ProcessHandle.current().pid()));
        take();
        assertThat(received)
                .containsExactly(
                        "began [manual]", "began [hourly]", "failed prepare locked", "committed 00000001-00000001");
    }

    /** As at a shutdown beside a snapshot of cron's, or in a switchover: there is no later time for it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLastOneWaitsForThatOfAnotherProcess(boolean ends) {
        ProcessLock other = ProcessLock.tryAcquire(StateEntry.SNAPSHOT_LOCK.in(primary.state))
                .orElseThrow();
        SnapshotSource source = primary.source();
        Ticker waits = new Ticker() {
            @Override
            public long nanos() {
                return primary.time.nanos();
            }

            @Override
            public void sleep(Duration pause) throws InterruptedException {
                primary.time.sleep(pause);
                if (primary.time.pauses().size() == 3) {
                    if (ends) {
                        other.close();
                    } else {
                        Thread.currentThread().interrupt();
                    }
                }
            }
        };
        SnapshotSource waiting = new SnapshotSource(
                source.server(),
                source.version(),
                source.database(),
                source.files(),
                source.trees(),
                source.processors(),
                source.clock(),
                waits,
                source.quiesce(),
                List.of());
        SnapshotTaker taker = primary.taker(waiting, new Events(primary.time.clock(), this::receive));

        ThrowingCallable take = () -> taker.take(SnapshotRequest.last(true), Progress.none());

        if (ends) {
            assertThatCode(take).doesNotThrowAnyException();
            assertThat(primary.repository.read(FIRST).last()).isNotNull();
        } else {
            try {
                assertCode(take, ErrorCode.CANCELLED);
            } finally {
                Thread.interrupted();
                other.close();
            }
        }
    }

    @Test
    void leavesNothingReferencedWhenItFailsAndGoesOnNextTime() {
        primary.database.during(() -> {
            throw new UnderstudyException(ErrorCode.DUMP_FAILED, "cannot dump", "look");
        });
        refused(ErrorCode.DUMP_FAILED);
        assertThat(received).contains("failed database dump_failed");
        assertThat(primary.repository.list()).isEmpty();
        assertThat(ProcessLock.tryAcquire(StateEntry.SNAPSHOT_LOCK.in(primary.state)))
                .hasValueSatisfying(ProcessLock::close);

        primary.database.during(() -> {});
        assertThat(take().manifest().snapshot()).isEqualTo(FIRST);
    }

    @Test
    void namesTheStageOfATree() throws Exception {
        Files.delete(primary.media.resolve("a.txt"));
        Files.delete(primary.media);
        assertThatThrownBy(this::take).isInstanceOf(UnderstudyException.class);
        assertThat(received.get(1)).startsWith("failed files ");
    }

    @Test
    void failsWhenTheFilestoreFailsAndCommitsWhenOnlyTheAnswerWasLost() {
        primary.filestore.inject(Faults.first(
                Operation.PUT, key -> key.startsWith("blobs/"), new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
        refused(ErrorCode.FILESTORE_UNREACHABLE);
        primary.filestore.inject(Faults.always(new Fail(ErrorCode.FILESTORE_DENIED)));
        assertCode(this::take, ErrorCode.FILESTORE_DENIED);
        primary.filestore.inject(Faults.first(
                Operation.PUT_IF_ABSENT,
                key -> key.startsWith("manifests/"),
                new LoseAcknowledgement(ErrorCode.FILESTORE_FAILED)));
        assertThatThrownBy(this::take).isInstanceOf(UnderstudyException.class);
        // The snapshot exists, though no caller received it: the next one counts on from it.
        assertThat(take().manifest().snapshot()).isEqualTo(SECOND);
    }

    @Test
    void isCancelledByAnInterrupt() {
        primary.database.during(() -> Thread.currentThread().interrupt());
        try {
            refused(ErrorCode.CANCELLED);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        primary.database.during(() -> {});
        take();
    }

    @Test
    void anUnreadableBaseDoesNotStopTheNextSnapshot() {
        take();
        primary.filestore.put(FIRST.key(), Content.of("{\"format\":1}".getBytes(StandardCharsets.UTF_8)));
        assertThat(take().manifest().snapshot()).isEqualTo(SECOND);
        new Verification(2).verify(primary.repository, SECOND, Progress.none());
    }

    @Test
    void storesAnewWhatWasFoundMissingOrDamaged() {
        Manifest first = take().manifest();
        List<BlobRef> blobs = new ArrayList<>();
        SnapshotBlobs.forEach(first, primary.repository.blobs(), part -> blobs.add(part.blob()));
        primary.repository.blobs().delete(blobs.get(0).id());
        primary.filestore.put(blobs.get(1).id().key(), Content.of(new byte[] {1}));
        new FullSnapshotFlag(primary.state).raise("test");
        primary.database.during(() -> {
            throw new UnderstudyException(ErrorCode.DUMP_FAILED, "cannot dump", "look");
        });
        assertCode(this::take, ErrorCode.DUMP_FAILED);
        primary.database.during(() -> {});
        assertThat(take().uploadedBlobs()).isEqualTo(7);
        new Verification(2).verify(primary.repository, FIRST, Progress.none());
        assertThat(take().uploadedBlobs()).isZero();
    }

    /** The commit cannot be taken back: a caller that is refused would believe that there is no snapshot. */
    @Test
    void aNoteThatCannotBeDeletedCannotMakeACommitAFailure() throws Exception {
        Path note = StateEntry.FULL_SNAPSHOT.in(primary.state);
        Files.createDirectories(note.resolve("keeps it from being deleted"));

        assertThat(take().manifest().snapshot()).isEqualTo(FIRST);
        assertThat(received).containsExactly("began [manual]", "committed 00000001-00000001");
        assertThat(note).exists();
    }

    @Test
    void aSinkThatFailsCannotMakeACommitAFailure() {
        EventSink broken = (event, at) -> {
            throw new IllegalStateException("no space left on device");
        };
        SnapshotTaker taker = primary.taker(new Events(primary.time.clock(), broken, this::receive));

        Taken taken = taker.take(SnapshotRequest.of(List.of("manual")), Progress.none());

        assertThat(primary.repository.list()).containsExactly(taken.manifest().snapshot());
        assertThat(received).containsExactly("began [manual]", "committed 00000001-00000001");
    }

    @Test
    void aSinkThatFailsLeavesAFailureAsItIs() {
        primary.database.during(() -> {
            throw new UnderstudyException(ErrorCode.DUMP_FAILED, "cannot dump", "look");
        });
        EventSink broken = (event, at) -> {
            throw new IllegalStateException("no space left on device");
        };
        SnapshotTaker taker = primary.taker(new Events(primary.time.clock(), broken));

        assertCode(() -> taker.take(SnapshotRequest.of(List.of("manual")), Progress.none()), ErrorCode.DUMP_FAILED);
    }

    @Test
    void theEndOfTheMemoryIsNoDefect() {
        primary.database.during(() -> {
            throw new OutOfMemoryError("Java heap space");
        });
        assertThatThrownBy(this::take)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.hint()).contains("-Xmx"))
                .hasMessageContaining("memory of");
        assertThat(received).contains("failed database out_of_memory");
    }

    @Test
    void aDefectIsTold() {
        primary.database.during(() -> {
            throw new IllegalStateException("a defect");
        });
        assertThatThrownBy(this::take).isInstanceOf(IllegalStateException.class);
        assertThat(received).contains("failed database internal");
    }

    private SnapshotTaker taker(EpochStore epochs) {
        return new SnapshotTaker(
                primary.state,
                primary.marker,
                epochs,
                () -> primary.repository,
                () -> primary.key,
                primary.source(),
                new Events(primary.time.clock(), this::receive));
    }

    private Taken take() {
        return primary.taker(new Events(primary.time.clock(), this::receive))
                .take(SnapshotRequest.of(List.of("manual")), Progress.none());
    }

    private void refused(ErrorCode code) {
        assertCode(this::take, code);
        assertThat(primary.repository.list()).isEmpty();
    }

    private static void assertCode(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}

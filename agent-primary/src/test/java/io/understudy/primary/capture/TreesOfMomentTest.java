package io.understudy.primary.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.events.Event;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.primary.capture.tree.SourceTrees;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.testing.PrimaryFixture;
import io.understudy.progress.Progress;
import io.understudy.repository.Verification;
import io.understudy.tasks.TaskScope;
import io.understudy.testing.PlainSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trees are read next to the database, from its last moment on. */
@Timeout(120)
class TreesOfMomentTest {
    private static final SnapshotRequest REQUEST = SnapshotRequest.of(List.of("manual"));

    @TempDir
    private Path folder;

    private final List<String> failed = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger readings = new AtomicInteger();
    private PrimaryFixture primary;

    @BeforeEach
    void build() {
        primary = new PrimaryFixture(folder);
    }

    /** A row of the second moment names a file that came when the trees had been read since the first. */
    @Test
    void treesThatWereReadBeforeTheLastMomentAreReadAgain() {
        CountDownLatch first = new CountDownLatch(1);
        primary.database.moments(
                () -> {
                    await(first);
                    write("b.txt");
                },
                () -> {});

        Taken taken = take((tree, sink, base, source, progress) -> {
            SourceTrees.Captured captured = primary.source().files().capture(tree, sink, base, source, progress);
            readings.incrementAndGet();
            first.countDown();
            return captured;
        });

        assertThat(readings).hasValue(2);
        assertSound(taken, 2);
    }

    /** What is read since a moment that is lost ends soon: with the next blob. */
    @Test
    void aReadingThatIsOutdatedEndsWithItsNextBlob() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        primary.database.moments(
                () -> {
                    await(begun);
                    write("b.txt");
                },
                second::countDown);

        Taken taken = take((tree, sink, base, source, progress) -> {
            if (readings.incrementAndGet() == 1) {
                begun.countDown();
                await(second);
                sink.put(new byte[1], 0, 1);
                throw new AssertionError("the reading went on");
            }
            return primary.source().files().capture(tree, sink, base, source, progress);
        });

        assertThat(readings).hasValue(2);
        assertSound(taken, 2);
    }

    @Test
    void treesAreReadWhileTheDatabaseIsAndShownAfterIt() {
        CountDownLatch treesRead = new CountDownLatch(1);
        primary.database.moments(() -> {});
        primary.database.during(() -> await(treesRead));
        List<String> steps = Collections.synchronizedList(new ArrayList<>());

        taker((tree, sink, base, source, progress) -> {
                    SourceTrees.Captured captured =
                            primary.source().files().capture(tree, sink, base, source, progress);
                    treesRead.countDown();
                    return captured;
                })
                .take(REQUEST, (step, done, total) -> steps.add(step + " " + done));

        assertThat(steps).containsExactly("database 0", "database 100", "media 6");
    }

    /** So one that comes every few seconds leaves the other processors to the site. */
    @Test
    void patientTreesAreReadBehindTheRows() {
        assertThat(readWithPatience(Duration.ofDays(1), () -> {}, () -> {})).containsExactly(true);
    }

    @Test
    void rowsThatTakeLongDoNotKeepTreesWaiting() {
        CountDownLatch read = new CountDownLatch(1);

        assertThat(readWithPatience(Duration.ofMillis(1), () -> await(read), read::countDown))
                .containsExactly(false);
    }

    @Test
    void aContinuousSnapshotIsPatient() {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        SnapshotTaker taker = taker((tree, sink, base, source, progress) -> {
            order.add("trees");
            return primary.source().files().capture(tree, sink, base, source, progress);
        });
        taker.take(REQUEST, Progress.none());
        order.clear();
        primary.database.moments(() -> order.add("moment"));
        primary.database.during(() -> {
            write("b.txt");
            order.add("rows");
        });
        primary.database.rows("1\tfirst", "2\tsecond");

        Taken taken = taker.takeIfChanged(Progress.none()).taken().orElseThrow();

        assertThat(order).containsExactly("moment", "rows", "trees");
        assertSound(taken, 2);
    }

    /**
     * @param rows the reading of them
     * @param read is called by each reading of the trees
     * @return for each reading of the trees whether the rows had been read
     */
    private static List<Boolean> readWithPatience(Duration patience, Runnable rows, Runnable read) {
        Moments moments = new Moments();
        List<Boolean> over = Collections.synchronizedList(new ArrayList<>());
        TreesOfMoment trees = new TreesOfMoment(
                moments,
                (sink, progress) -> {
                    over.add(moments.areOver());
                    read.run();
                    return List.of();
                },
                (PlainSink) (buffer, offset, length) -> {
                    throw new AssertionError("nothing is stored");
                },
                Progress.none(),
                patience);
        try (TaskScope scope = new TaskScope("read the trees")) {
            scope.start(trees::followMoments);
            moments.froze();
            rows.run();
            moments.end();
            scope.await();
        }
        return over;
    }

    @Test
    void aDatabaseThatReportsNoMomentHasItsTreesReadBehindIt() {
        primary.database.moments();
        primary.database.during(() -> write("b.txt"));

        assertSound(take(primary.source().files()), 2);
    }

    @Test
    void treesThatCannotBeReadEndTheReadingOfTheDatabase() {
        CountDownLatch tried = new CountDownLatch(1);
        primary.database.moments(() -> {});
        primary.database.during(() -> await(tried));

        assertFails(
                ErrorCode.FILE_DENIED,
                () -> take((tree, sink, base, source, progress) -> {
                    try {
                        throw new UnderstudyException(ErrorCode.FILE_DENIED, "cannot read it", "let it be read");
                    } finally {
                        tried.countDown();
                    }
                }));

        assertThat(failed).containsExactly("files file_denied");
        assertThat(primary.repository.list()).isEmpty();
    }

    @Test
    void aDatabaseThatCannotBeReadEndsTheReadingOfTheTrees() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        primary.database.moments(() -> await(begun));
        primary.database.during(() -> {
            throw new UnderstudyException(ErrorCode.DUMP_FAILED, "cannot dump", "look");
        });

        assertFails(
                ErrorCode.DUMP_FAILED,
                () -> take((tree, sink, base, source, progress) -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                        throw new AssertionError("nothing ended it");
                    } catch (InterruptedException e) {
                        ended.countDown();
                        throw new UnderstudyException(ErrorCode.CANCELLED, "interrupted", "try again", e);
                    }
                }));

        assertThat(ended.getCount()).isZero();
        assertThat(failed).containsExactly("database dump_failed");
    }

    private void assertSound(Taken taken, int files) {
        assertThat(taken.manifest().totals().entries()).isEqualTo(files);
        new Verification(2).verify(primary.repository, taken.manifest().snapshot(), Progress.none());
    }

    private Taken take(SourceTrees files) {
        return taker(files).take(REQUEST, Progress.none());
    }

    private SnapshotTaker taker(SourceTrees files) {
        SnapshotSource shipped = primary.source();
        SnapshotSource source = new SnapshotSource(
                shipped.server(),
                shipped.version(),
                shipped.database(),
                files,
                shipped.trees(),
                shipped.processors(),
                shipped.clock(),
                shipped.ticker());
        return primary.taker(source, new Events(primary.time.clock(), this::receive));
    }

    private void receive(Event event, Instant at) {
        if (event instanceof PrimaryEvent.SnapshotFailed failure) {
            failed.add(failure.stage().label() + " " + failure.why().code().label());
        }
    }

    private void write(String name) {
        try {
            Files.writeString(primary.media.resolve(name), "more");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(90, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertFails(ErrorCode code, ThrowingCallable call) {
        assertThat(catchThrowableOfType(UnderstudyException.class, call).code()).isEqualTo(code);
    }
}

package io.understudy.replica.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.exchange.WorkFolder;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.DiskSpace;
import io.understudy.files.MountPoints;
import io.understudy.files.TreeKind;
import io.understudy.progress.Progress;
import io.understudy.replica.state.PlanSet;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.testing.RandomTree;
import io.understudy.testing.TreePrint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is staged when something is staged already: for the same snapshot, or another. */
class StagedAgainTest extends StagedTree {
    @Test
    void goesOnAfterACrashWithoutReadingAgainWhatIsThere() throws IOException {
        new RandomTree(source, 21).grow(60);
        TreeData data = take();
        AtomicInteger left = new AtomicInteger(20);
        BlobSource failing = blob -> {
            if (left.getAndDecrement() == 0) {
                throw new UnderstudyException(ErrorCode.FILESTORE_UNREACHABLE, "cut", "a test");
            }
            return blobs.open(blob);
        };
        fails(ErrorCode.FILESTORE_UNREACHABLE, () -> stager().prepare(manifest(data), failing, Progress.none()));
        AtomicInteger opened = new AtomicInteger();
        BlobSource counting = blob -> {
            opened.incrementAndGet();
            return blobs.open(blob);
        };
        stager().prepare(manifest(data), counting, Progress.none());
        int second = opened.getAndSet(0);
        stager().prepare(manifest(data), counting, Progress.none());
        assertThat(opened.get())
                .as("only the index")
                .isEqualTo(data.index().direct().size());
        assertThat(second).isPositive();
    }

    @Test
    void goesOnWithWhatWasStagedForTheSameSnapshotAndNeverBegun() throws IOException {
        new RandomTree(source, 22).grow(30);
        PlanSet first = prepare(take());
        assertThat(prepare(take())).isEqualTo(first);
    }

    @Test
    void takesANumberThatNothingInTheTreesHasAfterTheStateWasLost() throws IOException {
        new RandomTree(source, 22).grow(30);
        Files.createDirectories(live.resolve(".understudy/undo/7-00000001-00000001"));
        assertThat(prepare(take()).name()).startsWith("8-");
    }

    @Test
    void forgetsWhatWasStagedForAnotherSnapshot() throws IOException {
        new RandomTree(source, 24).grow(30);
        TreeData data = take();
        stager().prepare(manifest(data, new SnapshotId(1, 1)), blobs, Progress.none());
        stager().prepare(manifest(data, new SnapshotId(1, 2)), blobs, Progress.none());
        try (Stream<Path> staged = Files.list(live.resolve(".understudy/stage"))) {
            assertThat(staged.map(p -> p.getFileName().toString())).containsExactly("2-00000001-00000002");
        }
    }

    @Test
    void keepsOfWhatIsStagedForAnotherSnapshotWhatIsTheSame() throws IOException {
        new RandomTree(source, 25).grow(30);
        Files.writeString(source.resolve("constant"), "the same");
        Files.writeString(source.resolve("mode"), "of another mode");
        Files.writeString(source.resolve("changed"), "before");
        Files.writeString(source.resolve("gone"), "gone");
        Files.writeString(source.resolve("kind"), "a file");
        stager().prepare(manifest(take(), new SnapshotId(1, 1)), blobs, Progress.none());
        Files.setPosixFilePermissions(source.resolve("mode"), PosixFilePermissions.fromString("r--------"));
        Files.writeString(source.resolve("changed"), "after");
        Files.delete(source.resolve("gone"));
        Files.delete(source.resolve("kind"));
        Files.createDirectory(source.resolve("kind"));
        TreeData next = take();

        PlanSet plans = stager().prepare(manifest(next, new SnapshotId(1, 2)), blobs, Progress.none());

        assertThat(plans.name()).isEqualTo("2-00000001-00000002");
        Path fresh = Files.createDirectories(temp.resolve("other/live"));
        TreeStager other = Stages.in(
                temp.resolve("other/state"),
                List.of(new TreeSettings("t", TreeKind.FILES, fresh, List.of(), false, true, true)),
                Clock.systemUTC());
        other.prepare(manifest(next, new SnapshotId(1, 2)), blobs, Progress.none());
        assertThat(staged(live.resolve(".understudy/stage/2-00000001-00000002")))
                .isEqualTo(staged(fresh.resolve(".understudy/stage/1-00000001-00000002")));
        assertThat(WorkFolder.list(temp.resolve("state/stage")))
                .extracting(each -> each.getFileName().toString())
                .contains("2-00000001-00000002")
                .noneMatch(each -> each.startsWith("1-"));
    }

    @Test
    void readsNoContentThatIsStagedForAnotherSnapshot() throws IOException {
        new RandomTree(source, 26).grow(30);
        TreeData data = take();
        stager().prepare(manifest(data, new SnapshotId(1, 1)), blobs, Progress.none());
        AtomicInteger opened = new AtomicInteger();

        stager().prepare(
                        manifest(data, new SnapshotId(1, 2)),
                        blob -> {
                            opened.incrementAndGet();
                            return blobs.open(blob);
                        },
                        Progress.none());

        assertThat(opened.get())
                .as("only the index")
                .isEqualTo(data.index().direct().size());
    }

    /** Until it is replaced both lie there. */
    @Test
    void needsRoomForAnotherContentThanTheOneThatIsStaged() throws IOException {
        Files.write(source.resolve("large"), new byte[1 << 20]);
        stager().prepare(manifest(take(), new SnapshotId(1, 1)), blobs, Progress.none());
        Files.write(source.resolve("large"), new byte[2 << 20]);
        TreeData next = take();
        TreeStager full = new TreeStager(
                temp.resolve("state"),
                settings(TreeKind.FILES),
                Clock.systemUTC(),
                folder -> OptionalLong.of(DiskSpace.RESERVE + (1 << 20)),
                MountPoints::now);

        fails(ErrorCode.DISK_FULL, () -> full.prepare(manifest(next, new SnapshotId(1, 2)), blobs, Progress.none()));
    }

    @Test
    void takesNothingOfAnApplyThatWasBegun() throws IOException {
        Files.writeString(source.resolve("a"), "x");
        TreeData data = take();
        PlanSet first = stager().prepare(manifest(data, new SnapshotId(1, 1)), blobs, Progress.none());
        Files.createDirectories(live.resolve(".understudy/undo").resolve(first.name()));
        AtomicInteger opened = new AtomicInteger();

        stager().prepare(
                        manifest(data, new SnapshotId(1, 2)),
                        blob -> {
                            opened.incrementAndGet();
                            return blobs.open(blob);
                        },
                        Progress.none());

        assertThat(opened.get()).isGreaterThan(data.index().direct().size());
        assertThat(temp.resolve("state/stage").resolve(first.name())).exists();
    }

    @Test
    void discardsWhatIsStagedAndWasNeverBegun() throws IOException {
        Files.writeString(source.resolve("a"), "x");
        PlanSet plans = prepare(take());

        new Plans(temp.resolve("state")).discardUnbegun();

        assertThat(live.resolve(".understudy/stage").resolve(plans.name())).doesNotExist();
        assertThat(temp.resolve("state/stage").resolve(plans.name())).doesNotExist();
    }

    /** Folders are empty, and get their times when they are placed. */
    private static List<String> staged(Path folder) {
        return TreePrint.of(folder).stream()
                .map(line -> line.replaceAll(" FOLDER .*", " FOLDER"))
                .toList();
    }
}

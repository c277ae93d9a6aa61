package io.understudy.filestore.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.WriteBatch;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryBatchTest {
    private static final int OBJECTS = 6;

    @TempDir
    private Path root;

    /** Whatever of what was not forced is lost, and wherever in between. */
    @Test
    void aLossOfPowerLeavesNoObjectInPartAndTakesNoneThatWasSettled() throws IOException {
        int last = 0;
        boolean whole = false;
        for (int seed = 0; !whole; seed++) {
            Path folder = Files.createDirectory(root.resolve("run" + seed));
            PowerLossDisk disk = new PowerLossDisk(last);
            Set<String> settled = new HashSet<>();
            whole = written(new DirectoryFilestore(folder, disk), settled);
            disk.lose(new Random(seed));

            DirectoryFilestore after = new DirectoryFilestore(folder);
            for (int number = 0; number < 2 * OBJECTS; number++) {
                String key = key(number);
                if (after.stat(key).isPresent()) {
                    assertThat(folder.resolve(key))
                            .as("%s, power lost at %d", key, last)
                            .hasBinaryContent(content(key));
                } else {
                    assertThat(settled).as("power lost at %d", last).doesNotContain(key);
                }
            }
            // Several times at each place: what is lost there is a matter of luck.
            last += seed % 4 == 3 ? 1 : 0;
        }
        assertThat(last).isGreaterThan(4 * OBJECTS);
    }

    /** @return whether the power lasted to the end */
    private static boolean written(Filestore store, Set<String> settled) {
        try (WriteBatch batch = store.batch()) {
            for (int round = 0; round < 2; round++) {
                List<String> keys = new ArrayList<>();
                for (int number = 0; number < OBJECTS; number++) {
                    keys.add(key(round * OBJECTS + number));
                    batch.put(keys.get(number), Content.of(content(keys.get(number))));
                }
                batch.settle();
                settled.addAll(keys);
            }
            return true;
        } catch (PowerLossDisk.Lost e) {
            return false;
        }
    }

    private static String key(int number) {
        return "blobs/" + "abc".charAt(number % 3) + "/" + number;
    }

    private static byte[] content(String key) {
        return key.repeat(100).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    /** A process was killed between a new name and the forcing of its folder; another one relies on what it finds. */
    @Test
    void whatAnotherProcessNamedIsDurableWhenItIsKeptAndSettled() throws IOException {
        PowerLossDisk disk = new PowerLossDisk(Integer.MAX_VALUE);
        DirectoryFilestore killed = new DirectoryFilestore(root, disk);
        WriteBatch lost = killed.batch();
        lost.put("blobs/a/1", Content.of(content("1")));
        lost.close();
        // Closed, not settled: named or not, the folder was not forced.
        Files.createDirectories(root.resolve("blobs/a"));
        Files.write(root.resolve("blobs/a/1"), content("1"));

        RecordingDisk recorded = new RecordingDisk();
        try (WriteBatch batch = new DirectoryFilestore(root, recorded).batch()) {
            batch.keep("blobs/a/1");
            batch.settle();
        }
        assertThat(recorded.forced).containsExactly(root.resolve("blobs/a"));
    }

    @Test
    void eachFolderIsForcedOnceHoweverManyNamesItGot() {
        RecordingDisk disk = new RecordingDisk();
        try (WriteBatch batch = new DirectoryFilestore(root, disk).batch()) {
            for (int number = 0; number < 40; number++) {
                batch.put("blobs/a/" + number, Content.of(new byte[10]));
            }
            batch.settle();
            Set<Path> expected = Set.of(root, root.resolve("blobs"), root.resolve("blobs/a"));
            assertThat(disk.forced).hasSize(4);
            assertThat(Set.copyOf(disk.forced)).isEqualTo(expected);
            disk.forced.clear();
            batch.put("blobs/a/more", Content.of(new byte[10]));
            batch.settle();
            assertThat(disk.forced).contains(root.resolve("blobs/a")).hasSizeLessThan(4);
        }
    }

    @Test
    void theWriterGoesOnWhileTheDiskIsBusy() throws Exception {
        CountDownLatch written = new CountDownLatch(20);
        Filestore store = new DirectoryFilestore(root, new Disk() {
            @Override
            void force(FileChannel file) throws IOException {
                await(written);
                super.force(file);
            }
        });
        try (WriteBatch batch = store.batch()) {
            for (int number = 0; number < 20; number++) {
                batch.put("a" + number, Content.of(new byte[10]));
                written.countDown();
            }
            batch.settle();
        }
        assertThat(store.list("", "")).hasSize(20);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFileThatCannotBeForcedGetsNoNameAndFailsTheBatch() {
        Filestore store = new DirectoryFilestore(root, new Disk() {
            @Override
            void force(FileChannel file) throws IOException {
                throw new IOException("Input/output error");
            }
        });
        try (WriteBatch batch = store.batch()) {
            batch.put("a", Content.of(new byte[10]));
            assertThat(catchThrowable(batch::settle)).isInstanceOf(UnderstudyException.class);
            UnderstudyException again =
                    (UnderstudyException) catchThrowable(() -> batch.put("b", Content.of(new byte[10])));
            assertThat(again.code()).isEqualTo(ErrorCode.FILESTORE_FAILED);
            assertThat(again).hasMessageContaining("write a to");
        }
        assertThat(store.list("", "")).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void aFolderThatCannotBeForcedFailsTheBatch() {
        Filestore store = new DirectoryFilestore(root, new Disk() {
            @Override
            void force(Path folder) throws IOException {
                if (folder.endsWith("blobs")) {
                    throw new IOException("Input/output error");
                }
            }
        });
        try (WriteBatch batch = store.batch()) {
            batch.put("blobs/a", Content.of(new byte[10]));
            assertThat(catchThrowable(batch::settle)).isInstanceOf(UnderstudyException.class);
        }
    }

    @Test
    void aFullDiskIsReportedWhereItIsFound() {
        Filestore store = new DirectoryFilestore(root, new FullDisk());
        try (WriteBatch batch = store.batch()) {
            UnderstudyException full =
                    (UnderstudyException) catchThrowable(() -> batch.put("a", Content.of(new byte[100_000])));
            assertThat(full.code()).isEqualTo(ErrorCode.DISK_FULL);
        }
        assertNothingIsLeft();
    }

    @Test
    void whatIsClosedUnsettledLeavesNoTemporaryFiles() {
        Filestore store = new DirectoryFilestore(root);
        WriteBatch batch = store.batch();
        for (int number = 0; number < 200; number++) {
            batch.put("a" + number, Content.of(new byte[10]));
        }
        batch.close();
        assertNothingIsLeft();
    }

    @Test
    void anInterruptedWriterIsCancelled() {
        try (WriteBatch batch = new DirectoryFilestore(root).batch()) {
            Thread.currentThread().interrupt();
            UnderstudyException cancelled = (UnderstudyException) catchThrowable(batch::settle);
            assertThat(cancelled.code()).isEqualTo(ErrorCode.CANCELLED);
        } finally {
            Thread.interrupted();
        }
    }

    private void assertNothingIsLeft() {
        try (Stream<Path> files = Files.list(root.resolve("~writing"))) {
            assertThat(files).isEmpty();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

package io.understudy.replica.hold;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.HoldSettings;
import io.understudy.config.HoldSettings.Drops;
import io.understudy.files.TreeKind;
import io.understudy.replica.fakes.FakeSource;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.TreeSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trees of two snapshots, with real files: how many changed, and whether they look encrypted. */
class ChangedFilesTest {
    private static final int FILES = 30;

    @TempDir
    Path tree;

    private final MemoryBlobs blobs = new MemoryBlobs();
    private final Random random = new Random(7);
    private Manifest before;

    private void write(String name, byte[] content) throws IOException {
        Path file = tree.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    private byte[] noise(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] text(int size) {
        StringBuilder text = new StringBuilder();
        while (text.length() < size) {
            text.append("the note ").append(random.nextInt(10_000)).append(" of a visitor\n");
        }
        return text.substring(0, size).getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] jpeg(int size) {
        byte[] bytes = noise(size);
        System.arraycopy(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0}, 0, bytes, 0, 4);
        return bytes;
    }

    private byte[] zip(int size) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("content"));
            zip.write(noise(size));
        }
        return out.toByteArray();
    }

    private byte[] gzip(int size) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(text(size));
        }
        return out.toByteArray();
    }

    private interface Content {
        byte[] of(int number) throws IOException;
    }

    private void fill(String ending, Content content) throws IOException {
        for (int i = 0; i < FILES; i++) {
            write("folder-" + i % 3 + "/file-" + i + ending, content.of(i));
        }
    }

    private Manifest take(int sequence) throws IOException {
        TreeData data = TreeSnapshots.take("media", TreeKind.FILES, tree, blobs);
        Manifest plain = FakeSource.of(new SnapshotId(1, sequence));
        return new Manifest(
                plain.format(),
                plain.site(),
                plain.snapshot(),
                plain.periods(),
                plain.moment(),
                plain.walLsn(),
                plain.server(),
                plain.versions(),
                plain.databases(),
                List.of(data),
                new Manifest.Totals(0, 0, 0, data.entries(), data.bytes(), 0, 0));
    }

    private void taken() throws IOException {
        before = take(1);
    }

    private List<HoldFinding> compared(Optional<Integer> changed, boolean encrypted) throws IOException {
        HoldSettings settings = new HoldSettings(
                new Drops(Optional.empty(), Optional.of(50), Optional.empty()),
                changed,
                encrypted,
                List.of(),
                Duration.ofSeconds(1),
                false,
                100,
                20,
                1 << 20);
        return new Comparison(settings, blobs).of(before, take(2)).all();
    }

    private List<HoldFinding> encrypted() throws IOException {
        return compared(Optional.empty(), true);
    }

    @Test
    void randomBytesInPlaceOfTextsAreASign() throws IOException {
        fill(".txt", i -> text(2_000 + i * 1_000));
        taken();
        fill(".txt", i -> noise(2_000 + i * 1_000));

        assertThat(encrypted()).hasSize(1);
        assertThat(encrypted().get(0).sign()).isEqualTo("encrypted");
        assertThat(encrypted().get(0).text())
                .contains(
                        "tree media: 30 of 33 files and folders were replaced, and 30 of 30 that were looked at are random bytes");
    }

    @Test
    void randomBytesInPlaceOfMediaUnderNamesWithANewEndingAreASign() throws IOException {
        fill(".jpg", i -> jpeg(5_000));
        taken();
        for (int i = 0; i < FILES; i++) {
            Files.delete(tree.resolve("folder-" + i % 3 + "/file-" + i + ".jpg"));
        }
        fill(".jpg.locked", i -> noise(5_000));

        assertThat(encrypted())
                .extracting(HoldFinding::text)
                .singleElement()
                .asString()
                .endsWith("most with the new ending .locked: they may have been encrypted by an intruder");
    }

    @Test
    void mediaAndArchivesThatAreReplacedByOthersAreNone() throws IOException {
        fill("", i -> i % 3 == 0 ? jpeg(9_000) : i % 3 == 1 ? zip(9_000) : gzip(90_000));
        taken();
        fill("", i -> i % 3 == 0 ? jpeg(9_000) : i % 3 == 1 ? zip(9_000) : gzip(90_000));

        assertThat(encrypted()).isEmpty();
        assertThat(compared(Optional.of(80), true))
                .extracting(HoldFinding::text)
                .containsExactly(
                        "all trees: 30 of 33 files and folders changed or gone, 91 %; limit 80 %",
                        "tree media: 30 of 33 files and folders changed or gone, 91 %; limit 80 %");
    }

    @Test
    void whatWasRandomBeforeIsNone() throws IOException {
        fill(".age", i -> noise(9_000));
        taken();
        fill(".age", i -> noise(9_000));

        assertThat(encrypted()).isEmpty();
    }

    @Test
    void newFilesAreNoneWhateverTheyHold() throws IOException {
        fill(".txt", i -> text(2_000));
        taken();
        fill(".enc", i -> noise(9_000));

        assertThat(encrypted()).isEmpty();
        assertThat(compared(Optional.of(0), true)).isEmpty();
    }

    @Test
    void aFifthIsNoneAndMoreIsOneForFoldersCountToo() throws IOException {
        fill(".txt", i -> text(4_000));
        taken();
        for (int i = 0; i < 12; i++) {
            write("folder-" + i % 3 + "/file-" + i + ".txt", noise(4_000));
        }
        assertThat(encrypted()).isNotEmpty();
        for (int i = 6; i < 12; i++) {
            write("folder-" + i % 3 + "/file-" + i + ".txt", text(4_000));
        }

        assertThat(encrypted()).isEmpty();
        assertThat(compared(Optional.of(10), true))
                .extracting(HoldFinding::sign)
                .containsOnly("changed");
    }

    @Test
    void itCanBeTurnedOff() throws IOException {
        fill(".txt", i -> text(4_000));
        taken();
        fill(".txt", i -> noise(4_000));

        assertThat(compared(Optional.empty(), false)).isEmpty();
    }

    @Test
    void aTreeThatLostMostFilesIsBeyondItsLimit() throws IOException {
        fill(".txt", i -> text(100));
        taken();
        for (int i = 5; i < FILES; i++) {
            Files.delete(tree.resolve("folder-" + i % 3 + "/file-" + i + ".txt"));
        }

        assertThat(encrypted()).extracting(HoldFinding::subject).containsExactly("all trees", "tree media");
        assertThat(encrypted()).extracting(HoldFinding::sign).containsOnly("files_drop");
    }

    @Test
    void entropyIsThatOfTheBytes() {
        assertThat(Entropy.of(new byte[0])).isZero();
        assertThat(Entropy.of(new byte[1000])).isZero();
        assertThat(Entropy.isHigh(noise(1 << 10))).isTrue();
        assertThat(Entropy.isHigh(noise(64 << 10))).isTrue();
        assertThat(Entropy.isHigh(text(64 << 10))).isFalse();
    }
}

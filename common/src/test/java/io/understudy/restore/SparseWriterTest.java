package io.understudy.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.FileStat;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparseWriterTest {
    @TempDir
    Path folder;

    @Test
    void contentAndSizeAreExactInWhateverPortions() throws IOException {
        Random random = new Random(3);
        for (int round = 0; round < 200; round++) {
            byte[] content = new byte[random.nextInt(40_000)];
            for (int runs = random.nextInt(6); runs > 0; runs--) {
                int from = random.nextInt(content.length + 1);
                Arrays.fill(content, from, Math.min(content.length, from + random.nextInt(9_000)), (byte) 7);
            }
            Path file = folder.resolve("file" + round);
            write(file, content, 1 + random.nextInt(12_000));
            assertThat(Files.readAllBytes(file)).isEqualTo(content);
        }
    }

    @Test
    void aFileOfZerosTakesHardlyAnyRoom() throws IOException {
        byte[] content = new byte[16 << 20];
        Arrays.fill(content, 8 << 20, (8 << 20) + 4096, (byte) 1);
        Path file = folder.resolve("sparse");
        write(file, content, 1 << 17);
        assertThat(Files.size(file)).isEqualTo(content.length);
        assertThat(Arrays.equals(Files.readAllBytes(file), content)).isTrue();
        assertThat(FileStat.of(file).size()).isEqualTo(content.length);
        assertThat(blocks(file)).isLessThan(256L);
    }

    /** In units of 512 bytes. */
    private static long blocks(Path file) throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        return Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
    }

    private static void write(Path file, byte[] content, int portion) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            SparseWriter writer = new SparseWriter(out);
            for (int from = 0; from < content.length; from += portion) {
                byte[] part = Arrays.copyOfRange(content, from, Math.min(content.length, from + portion));
                writer.write(part, part.length);
            }
            writer.finish();
        }
    }
}

package io.understudy.primary.capture.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.files.TreeEntry;
import io.understudy.repository.TreeData;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.Pack;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Small files ride in packs. */
class TreePackingTest extends CapturedTree {
    @Test
    void cutsLargeFilesAndPacksSmallOnes() throws IOException {
        byte[] large = random(20 << 20, 3);
        write("large", large);
        for (int i = 0; i < 20; i++) {
            write("small" + i, random(Pack.SMALL - 1, i));
        }
        TreeData data = capture(Optional.empty());

        FileContent content = entry(data, "large").content().orElseThrow();
        assertThat(content).isInstanceOf(FileContent.Streamed.class);
        assertThat(blobs.content(((FileContent.Streamed) content).stream())).isEqualTo(large);
        assertThat(entries(data)
                        .flatMap(e -> e.content().stream())
                        .filter(FileContent.Packed.class::isInstance)
                        .map(c -> ((FileContent.Packed) c).pack())
                        .distinct())
                .hasSize(2);
    }

    @Test
    void packsTheLivingAnewWhenLessThanHalfOfAPackIsNamed() throws IOException {
        for (int i = 0; i < 10; i++) {
            write("f" + i, random(10_000, i));
        }
        TreeData first = capture(Optional.empty());
        for (int i = 0; i < 4; i++) {
            Files.delete(tree.resolve("f" + i));
        }
        TreeData second = capture(Optional.of(first));
        assertThat(content(second, "f9")).isEqualTo(content(first, "f9"));
        for (int i = 4; i < 7; i++) {
            Files.delete(tree.resolve("f" + i));
        }

        TreeData third = capture(Optional.of(second));

        assertThat(content(third, "f9")).isNotEqualTo(content(second, "f9"));
        assertThat(packed(third, "f8")).isEqualTo(random(10_000, 8));
        blobs.added();
        assertThat(capture(Optional.of(third))).isEqualTo(third);
        assertThat(blobs.added()).isZero();
    }

    @Test
    void gathersManySmallPacks() throws IOException {
        Optional<TreeData> last = Optional.empty();
        for (int i = 0; i < 70; i++) {
            write("f" + i, random(100, i));
            last = Optional.of(capture(last));
        }
        assertThat(entries(last.orElseThrow())
                        .flatMap(e -> e.content().stream())
                        .distinct()
                        .map(c -> ((FileContent.Packed) c).pack())
                        .distinct()
                        .count())
                .isLessThan(40);
        for (int i = 0; i < 70; i++) {
            assertThat(packed(last.orElseThrow(), "f" + i)).isEqualTo(random(100, i));
        }
    }

    private byte[] packed(TreeData data, String path) throws IOException {
        FileContent.Packed packed = (FileContent.Packed) content(data, path);
        try (InputStream in = blobs.open(packed.pack())) {
            in.skipNBytes(packed.offset());
            return in.readNBytes((int) ((TreeEntry.File) entry(data, path).entry()).size());
        }
    }
}

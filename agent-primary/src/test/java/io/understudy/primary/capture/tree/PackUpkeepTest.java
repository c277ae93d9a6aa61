package io.understudy.primary.capture.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.Pack;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PackUpkeepTest {
    private final PackUpkeep upkeep = new PackUpkeep();

    private static BlobRef pack(int number) {
        return new BlobRef(
                BlobId.ofKey("blobs/00/" + "%064x".formatted(number) + ".zst").orElseThrow(), Pack.SIZE, 1000, false);
    }

    private void named(int pack, long offset, long size) {
        upkeep.named(new FileContent.Packed(pack(pack), offset), size);
    }

    @Test
    void aPackOfWhichLessThanHalfIsNamedIsWorn() {
        named(1, 512, Pack.SIZE / 2 - 2048);
        named(2, 512, Pack.SIZE / 2 + 512);
        assertThat(upkeep.worn()).containsExactly(pack(1).id());
    }

    @Test
    void whatFilesShareCountsOnce() {
        IntStream.range(0, 4).forEach(file -> named(1, 512, Pack.SIZE / 4));
        assertThat(upkeep.worn()).containsExactly(pack(1).id());
    }

    @Test
    void beyondTheExactOnesASharedBlockCountsForEachFileAndNoFewer() {
        IntStream.range(0, PackUpkeep.EXACT).forEach(pack -> named(pack, 512, Pack.SIZE - 512));
        int further = PackUpkeep.EXACT;
        named(further, 512, Pack.SIZE / 4);
        named(further + 1, 512, Pack.SIZE - 512);
        IntStream.range(0, 4).forEach(file -> named(further + 2, 512, Pack.SIZE / 4));
        assertThat(upkeep.worn()).containsExactly(pack(further).id());
    }
}

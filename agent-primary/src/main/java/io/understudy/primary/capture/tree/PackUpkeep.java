package io.understudy.primary.capture.tree;

import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.Pack;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides which older packs are packed again: those of which less than half is still named, and, when many small ones
 * have gathered, these. It counts in blocks of the archive, each once however many files share it. 4 KB a pack. Not
 * thread-safe.
 */
final class PackUpkeep {
    private static final int BLOCK = 512;
    private static final int SMALL = Pack.SIZE / 4;
    private static final int CROWD = 32;

    private final Map<BlobId, Living> packs = new LinkedHashMap<>();

    /** Notes that a file of the new index lies there. */
    void named(FileContent.Packed content, long size) {
        packs.computeIfAbsent(content.pack().id(), id -> new Living(content.pack()))
                .mark(content.offset(), size);
    }

    /** The packs whose living files go into new ones. */
    Set<BlobId> worn() {
        List<Living> small =
                packs.values().stream().filter(p -> p.pack.bytes() < SMALL).toList();
        boolean crowded = small.size() > CROWD;
        return packs.values().stream()
                .filter(p -> p.isSparse() || (crowded && p.pack.bytes() < SMALL))
                .map(p -> p.pack.id())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static final class Living {
        private final BlobRef pack;
        private final BitSet blocks = new BitSet();

        private Living(BlobRef pack) {
            this.pack = pack;
        }

        private void mark(long offset, long size) {
            int first = (int) (offset / BLOCK);
            int header = Math.max(0, first - 1);
            blocks.set(header, first + (int) ((size + BLOCK - 1) / BLOCK));
        }

        private boolean isSparse() {
            return blocks.cardinality() * 2L * BLOCK < pack.bytes();
        }
    }
}

package io.understudy.primary.capture.tree;

import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.Pack;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides which older packs are packed again: those of which less than half is still named, and, when many small ones
 * have gathered, these. It counts in blocks of the archive, each once however many files share it. Exactly so for the
 * first {@value #EXACT} packs, with 4 KB each; in further ones a block that files share counts for each of them, so
 * that some of these packs are packed again later than they could be, and take some 250 bytes each. Not thread-safe.
 */
final class PackUpkeep {
    private static final int BLOCK = 512;
    private static final int SMALL = Pack.SIZE / 4;
    private static final int CROWD = 32;
    /** 32 MB, for about 128 GB of small files. */
    static final int EXACT = 1 << 13;

    private final Map<BlobId, Living> packs = new LinkedHashMap<>();

    /** Notes that a file of the new index lies there. */
    void named(FileContent.Packed content, long size) {
        long offset = content.offset();
        long left = size;
        for (BlobRef pack : content.packs()) {
            long here = Math.min(left, pack.bytes() - offset);
            packs.computeIfAbsent(pack.id(), id -> new Living(pack, packs.size() < EXACT))
                    .mark(offset, here);
            left -= here;
            offset = 0;
        }
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
        private final Optional<BitSet> named;
        private long blocks;

        private Living(BlobRef pack, boolean exact) {
            this.pack = pack;
            this.named = exact ? Optional.of(new BitSet()) : Optional.empty();
        }

        private void mark(long offset, long size) {
            int first = (int) (offset / BLOCK);
            int header = Math.max(0, first - 1);
            int end = first + (int) ((size + BLOCK - 1) / BLOCK);
            named.ifPresent(exact -> exact.set(header, end));
            blocks += end - header;
        }

        private boolean isSparse() {
            return named.map(exact -> (long) exact.cardinality()).orElse(blocks) * 2 * BLOCK < pack.bytes();
        }
    }
}

package io.understudy.primary.capture.tree;

import io.understudy.files.ContentHash;
import io.understudy.files.HashTable;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.tree.FileContent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where what lies in packs of each content is, so that a file that was moved or copied is not stored again. It
 * remembers at most {@link #MOST} contents; those beyond are simply stored again when they move. Not thread-safe.
 */
final class ContentTable {
    /** About 90 MB when full. */
    static final int MOST = 1 << 20;

    private final List<List<BlobRef>> packs = new ArrayList<>();
    private final Map<List<BlobRef>, Integer> numbers = new HashMap<>();
    /** The number of the pack or packs, from 1, in the upper half; the offset in the lower one. */
    private final HashTable table = new HashTable();

    /** Remembers it unless the content is known already. */
    void add(ContentHash hash, FileContent.Packed content) {
        if (table.size() < MOST) {
            long pack = number(content.packs());
            table.putIfAbsent(HashTable.key(hash.bytes()), pack << Integer.SIZE | Math.toIntExact(content.offset()));
        }
    }

    Optional<FileContent.Packed> find(ContentHash hash) {
        long found = table.get(HashTable.key(hash.bytes()));
        return found == 0
                ? Optional.empty()
                : Optional.of(new FileContent.Packed(packs.get((int) (found >>> Integer.SIZE) - 1), (int) found));
    }

    private int number(List<BlobRef> blobs) {
        return numbers.computeIfAbsent(blobs, b -> {
            packs.add(b);
            return packs.size();
        });
    }
}

package io.understudy.primary.capture.tree;

import io.understudy.files.ContentHash;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.tree.FileContent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where each small content lies, so that a file that was moved or copied is not stored again. Flat arrays with open addressing: 40
 * bytes a place. It remembers at most {@link #MOST} contents; those beyond are simply stored again when they move. Not thread-safe.
 */
final class ContentTable {
    /** About 90 MB when full. */
    static final int MOST = 1 << 20;

    private static final int WORDS = ContentHash.LENGTH / Long.BYTES;
    private static final int FREE = 0;

    private final List<BlobRef> packs = new ArrayList<>();
    private final Map<BlobRef, Integer> numbers = new HashMap<>();
    private long[] hashes = new long[1024 * WORDS];
    /** Number of the pack, from 1; {@link #FREE} marks a free place. */
    private int[] pack = new int[1024];

    private int[] offset = new int[1024];
    private int size;

    /** Remembers it unless the content is known already. */
    void add(ContentHash hash, FileContent.Packed content) {
        if (size >= MOST) {
            return;
        }
        if (size * 2 >= pack.length) {
            grow();
        }
        long[] words = words(hash);
        int place = place(words);
        if (pack[place] == FREE) {
            System.arraycopy(words, 0, hashes, place * WORDS, WORDS);
            pack[place] = number(content.pack());
            offset[place] = Math.toIntExact(content.offset());
            size++;
        }
    }

    Optional<FileContent> find(ContentHash hash) {
        int place = place(words(hash));
        return pack[place] == FREE
                ? Optional.empty()
                : Optional.of(new FileContent.Packed(packs.get(pack[place] - 1), offset[place]));
    }

    private int number(BlobRef blob) {
        return numbers.computeIfAbsent(blob, b -> {
            packs.add(b);
            return packs.size();
        });
    }

    private int place(long[] words) {
        int place = (int) (words[0] & (pack.length - 1));
        while (pack[place] != FREE && !holds(place, words)) {
            place = (place + 1) & (pack.length - 1);
        }
        return place;
    }

    private boolean holds(int place, long[] words) {
        int at = place * WORDS;
        return hashes[at] == words[0]
                && hashes[at + 1] == words[1]
                && hashes[at + 2] == words[2]
                && hashes[at + 3] == words[3];
    }

    private void grow() {
        long[] oldHashes = hashes;
        int[] oldPack = pack;
        int[] oldOffset = offset;
        hashes = new long[oldHashes.length * 2];
        pack = new int[oldPack.length * 2];
        offset = new int[oldPack.length * 2];
        for (int i = 0; i < oldPack.length; i++) {
            if (oldPack[i] != FREE) {
                long[] words = java.util.Arrays.copyOfRange(oldHashes, i * WORDS, (i + 1) * WORDS);
                int place = place(words);
                System.arraycopy(words, 0, hashes, place * WORDS, WORDS);
                pack[place] = oldPack[i];
                offset[place] = oldOffset[i];
            }
        }
    }

    private static long[] words(ContentHash hash) {
        long[] words = new long[WORDS];
        ByteBuffer.wrap(hash.bytes()).asLongBuffer().get(words);
        return words;
    }
}

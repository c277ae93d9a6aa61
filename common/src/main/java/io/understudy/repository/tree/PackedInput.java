package io.understudy.repository.tree;

import io.understudy.filestore.BlockInput;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.tree.FileContent.Packed;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.Function;

/**
 * What lies in packs from the beginning of a content on: the content, and what comes behind it. A pack is read when the
 * one before it is through. Not thread-safe.
 */
public final class PackedInput extends BlockInput {
    private final Function<BlobRef, byte[]> packs;
    private final Iterator<BlobRef> more;
    private byte[] pack;
    private int at;

    /** @param packs gives the content of a pack */
    public PackedInput(Packed packed, Function<BlobRef, byte[]> packs) {
        this.packs = packs;
        this.more = packed.more().iterator();
        this.pack = packs.apply(packed.pack());
        this.at = Math.min(Math.toIntExact(packed.offset()), pack.length);
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        while (at == pack.length && length > 0) {
            if (!more.hasNext()) {
                return -1;
            }
            pack = packs.apply(more.next());
            at = 0;
        }
        int count = Math.min(length, pack.length - at);
        System.arraycopy(pack, at, target, offset, count);
        at += count;
        return count;
    }
}
